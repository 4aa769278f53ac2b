//! What callers say of the way that their requests came, which leads the service nowhere.

use local_platform::{ADMIN, OWNER, PASSWORD, RecordedRequest};
use tokio::net::TcpListener;

use crate::support::wire::{admin_of, answer, basic, get, shown};
use crate::support::{Plan, Stage};

/// Reads as the caller what the platform has.
const PATH: &str = "/devices";

/// Somebody else's server, which nobody is to talk to.
struct Elsewhere(TcpListener);

impl Elsewhere {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        Self(listener.expect("a port"))
    }

    fn address(&self) -> String {
        self.0.local_addr().expect("an address").to_string()
    }

    /// Whoever has connected waits in the listener's queue.
    async fn assert_unvisited(&self) {
        let visit = tokio::time::timeout(std::time::Duration::from_millis(100), self.0.accept());
        assert!(visit.await.is_err(), "somebody came");
    }
}

#[tokio::test]
async fn no_header_leads_elsewhere_or_to_another_tenant() {
    let (stage, elsewhere) = (Plan::tenants(3).start(), Elsewhere::start().await);
    let evil = elsewhere.address();
    let expected = requests_of(&stage, &get(PATH, &admin_of("t101"))).await;
    for header in [
        format!("x-forwarded-host: {evil}"),
        "x-forwarded-proto: https".to_owned(),
        format!("x-forwarded-for: {evil}"),
        "x-forwarded-port: 1".to_owned(),
        format!("x-forwarded-prefix: //{evil}"),
        format!("x-forwarded-server: {evil}"),
        format!("forwarded: for={evil};host={evil};proto=https"),
        format!("x-real-ip: {evil}"),
        format!("x-host: {evil}"),
        format!("x-original-host: {evil}"),
        format!("x-original-url: http://{evil}/createAlarms"),
        "x-original-url: /createAlarms".to_owned(),
        "x-rewrite-url: /createAlarms".to_owned(),
        "x-http-method-override: POST".to_owned(),
        format!("c8y_baseurl: http://{evil}"),
        format!("c8y-baseurl: http://{evil}"),
        format!("proxy: http://{evil}"),
        format!("http_proxy: http://{evil}"),
        format!("proxy-authorization: Basic {evil}"),
        format!("origin: http://{evil}"),
        format!("referer: http://{evil}/"),
        format!("location: http://{evil}/"),
        "tenant: t100".to_owned(),
        "x-tenant: t100".to_owned(),
        "x-tenant-id: t100".to_owned(),
        "x-cumulocity-tenant: t100".to_owned(),
        "x-cumulocity-application-key: another".to_owned(),
        "x-cumulocity-user: t100/admin".to_owned(),
        "cookie: tenant=t100; user=admin".to_owned(),
        "x-request-id: t100".to_owned(),
    ] {
        let headers = [header.as_bytes(), b"\r\n", &admin_of("t101")].concat();
        let seen = requests_of(&stage, &get(PATH, &headers)).await;
        assert_eq!(seen, expected, "{header}");
    }
    elsewhere.assert_unvisited().await;
}

#[tokio::test]
async fn no_host_and_no_form_of_a_target_leads_elsewhere() {
    let (stage, elsewhere) = (Plan::tenants(3).start(), Elsewhere::start().await);
    let evil = elsewhere.address();
    let expected = requests_of(&stage, &get(PATH, &admin_of("t101"))).await;
    for (target, host) in [
        (PATH.to_owned(), evil.clone()),
        (PATH.to_owned(), format!("t100.{evil}")),
        (PATH.to_owned(), "t100".to_owned()),
        (PATH.to_owned(), String::new()),
        (format!("http://{evil}{PATH}"), "service".to_owned()),
        (format!("https://{evil}{PATH}"), evil.clone()),
        (format!("http://t100@{evil}{PATH}"), "service".to_owned()),
        (
            format!("{PATH}?tenant=t100&url=http://{evil}"),
            "service".to_owned(),
        ),
    ] {
        let seen = requests_of(&stage, &to(&target, &host)).await;
        assert_eq!(seen, expected, "{target} of {host}");
    }
    for target in [
        format!("//{evil}{PATH}"),
        format!("/{evil}{PATH}"),
        format!("{evil}{PATH}"),
        format!("@{evil}{PATH}"),
        format!("/http://{evil}{PATH}"),
        evil.clone(),
        "*".to_owned(),
    ] {
        let before = asked_for_callers(&stage).len();
        let seen = answer(stage.service.address(), &to(&target, "service")).await;
        assert!(matches!(seen.status, 400 | 404), "{target}: {seen:?}");
        assert_eq!(asked_for_callers(&stage).len(), before, "{target}");
    }
    elsewhere.assert_unvisited().await;
}

/// The gateway says for itself where a request comes from, so nobody needs to believe a caller.
#[tokio::test]
async fn what_a_caller_says_of_its_way_goes_not_past_the_gateway() {
    let (stage, elsewhere) = (Plan::tenants(3).start(), Elsewhere::start().await);
    let evil = elsewhere.address();
    let url = stage.platform.service_url();
    for header in ["x-forwarded-host", "forwarded", "host", "x-original-url"] {
        let request = stage.http.get(format!("{url}{PATH}")).header(header, &evil);
        let request = request.basic_auth(format!("t101/{ADMIN}"), Some(PASSWORD));
        let seen = crate::support::answer(request).await;
        assert_eq!(seen.status, 200, "{header}: {seen:?}");
    }
    elsewhere.assert_unvisited().await;
}

/// A caller cannot add a line to what goes to the platform: what it logs in with arrives there in
/// one header, or nowhere.
#[tokio::test]
async fn no_credentials_add_anything_to_a_request() {
    let stage = Plan::tenants(3).start();
    for tenant in [
        "t101\r\nx-cumulocity-application-key: another",
        "t101\nhost: elsewhere",
        "t101\0",
        "t101?x=y#z",
        "t101/../t100",
        "../t100",
        "t100%2f..",
        " t101",
    ] {
        let headers = basic(format!("{tenant}/{ADMIN}:{PASSWORD}"));
        let before = asked_for_callers(&stage).len();
        let seen = answer(stage.service.address(), &get(PATH, &headers)).await;
        assert_eq!(seen.status, 401, "{tenant:?}: {seen:?}");
        let asked = asked_for_callers(&stage).split_off(before);
        let asked: Vec<_> = asked.iter().map(|it| (&*it.path, &it.user)).collect();
        assert_eq!(asked, [("/user/currentUser", &None)], "{tenant:?}");
    }
    let owner = admin_of(OWNER);
    assert_eq!(
        answer(stage.service.address(), &get(PATH, &owner))
            .await
            .status,
        200
    );
}

fn to(target: &str, host: &str) -> Vec<u8> {
    let start = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    [start.as_bytes(), &admin_of("t101"), b"\r\n"].concat()
}

/// What the platform has been asked, but for the list of subscriptions, which is read all the time.
fn asked_for_callers(stage: &Stage) -> Vec<RecordedRequest> {
    let all = stage.platform.requests().into_iter();
    let for_callers = all.filter(|request| !request.path.starts_with("/application/"));
    for_callers.collect()
}

/// What the platform is asked as the caller while a request is served, and by whom.
async fn requests_of(stage: &Stage, bytes: &[u8]) -> Vec<(String, String, Option<String>)> {
    let before = asked_for_callers(stage).len();
    let seen = answer(stage.service.address(), bytes).await;
    assert_eq!(seen.status, 200, "{seen:?} to {}", shown(bytes));
    let all = asked_for_callers(stage).split_off(before).into_iter();
    let of_devices = all.filter(|request| request.path.starts_with("/inventory"));
    let asked: Vec<_> = of_devices.map(|it| (it.path, it.query, it.user)).collect();
    assert_eq!(asked.len(), 1, "{asked:?} for {}", shown(bytes));
    asked
}
