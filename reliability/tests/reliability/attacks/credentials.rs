//! No, wrong, malformed and huge credentials, in every form that they are sent in.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local_platform::{PASSWORD, RecordedRequest};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::wire::{RawAnswer, admin_of, answer, basic, get, shown};
use reliability::counted;

use crate::support::seed::rng;
use crate::support::{Plan, Stage, try_answer};

const PATH: &str = "/greeting";

/// What becomes of credentials that are not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// The service itself sees that they are none: the platform is not asked.
    Seen,
    /// They could be somebody's: the platform is asked, and refuses them.
    Asked,
    /// The head of the request is not even HTTP, or too large.
    NoHead,
}

#[tokio::test]
async fn none_that_is_not_valid_lets_anybody_in_or_breaks_anything() {
    let stage = Plan::tenants(2).start();
    let mut cases = basic_logins();
    cases.extend(tokens());
    cases.extend(cookies());
    cases.extend(heads());
    for (headers, fate) in &cases {
        assert_refused(&stage, headers, *fate).await;
    }
    assert_serves(&stage).await;
}

#[tokio::test]
async fn a_cookie_counts_and_the_header_beside_it_does_not() {
    let stage = Plan::tenants(2).start();
    let address = stage.service.address();
    let (token, xsrf) = log_in(&stage).await;
    let cookie = format!("cookie: authorization={token}\r\nx-xsrf-token: {xsrf}\r\n");
    for beside in [Vec::new(), basic("t101/admin:wrong"), admin_of("t100")] {
        let headers = [cookie.as_bytes(), &beside].concat();
        assert_eq!(greeted(address, &headers).await, 200, "{}", shown(&headers));
    }
    // The right password of somebody beside the wrong cookie of whomever.
    for wrong in [
        "cookie: authorization=a.b.c\r\n".to_owned(),
        format!("cookie: authorization={token}\r\n"),
        format!("cookie: authorization={token}\r\nx-xsrf-token: other\r\n"),
        format!("cookie: authorization={token}x\r\nx-xsrf-token: {xsrf}\r\n"),
        format!("cookie: authorization={token}; authorization=x\r\nx-xsrf-token: {xsrf}\r\n"),
    ] {
        let headers = [wrong.as_bytes(), &admin_of("t100")].concat();
        assert_eq!(greeted(address, &headers).await, 401, "{wrong}");
    }
    assert_serves(&stage).await;
}

#[tokio::test]
async fn a_device_is_let_in_with_its_password_alone() {
    let stage = Plan::tenants(2).start();
    let device = json!({
        "userName": "device_7", "email": "device@example.com", "password": PASSWORD,
    });
    let request = stage.of_platform("t101", Method::POST, "/user/t101/users");
    stage.done(request.json(&device)).await;
    let address = stage.service.address();
    for (password, status) in [("wrong", 401), ("", 401), (PASSWORD, 200)] {
        let headers = basic(format!("t101/device_7:{password}"));
        assert_eq!(greeted(address, &headers).await, status, "{password:?}");
    }
}

#[tokio::test]
async fn nothing_put_together_at_random_lets_anybody_in() {
    at_random(300).await;
}

#[tokio::test]
#[ignore = "long: about a quarter of a minute"]
async fn nothing_put_together_at_random_lets_anybody_in_long() {
    let rounds = at_random(20_000).await;
    let test = "credentials::nothing_put_together_at_random_lets_anybody_in_long";
    counted(test, &[(rounds, "random credentials refused")]);
}

async fn at_random(rounds: u64) -> u64 {
    const NAMES: [&[u8]; 6] = [
        b"authorization",
        b"Authorization",
        b"cookie",
        b"x-xsrf-token",
        b"tfatoken",
        b"AUTHORIZATION ",
    ];
    const PARTS: [&[u8]; 20] = [
        b"Basic ",
        b"basic",
        b"Bearer ",
        b"authorization=",
        b"XSRF-TOKEN=",
        b"; ",
        b"=",
        b":",
        b"dDEwMC9hZG1pbjo=",
        b"Og==",
        b"e30.eyJ0ZW4iOiJ0MTAwIiwic3ViIjoiYWRtaW4ifQ.c2ln",
        b"..",
        b"%2e",
        b" ",
        b"\t",
        b"\xff",
        b"\x00",
        b"\x1b[31m",
        b"\"",
        b"t100/admin",
    ];
    let stage = Plan::tenants(2).start();
    let mut random = rng();
    for _ in 0..rounds {
        let mut headers = Vec::new();
        for _ in 0..random.usize(..4) {
            headers.extend(random.choice(NAMES).expect("a name"));
            headers.push(b':');
            for _ in 0..random.usize(..6) {
                headers.extend(random.choice(PARTS).expect("a part"));
            }
            headers.extend(b"\r\n");
        }
        let seen = answer(stage.service.address(), &get(PATH, &headers)).await;
        let is_refused = matches!(seen.status, 400 | 401);
        assert!(is_refused, "{seen:?} to {}", shown(&headers));
    }
    assert_serves(&stage).await;
    rounds
}

fn basic_logins() -> Vec<(Vec<u8>, Fate)> {
    let mut cases = Vec::new();
    // What a name may look like that is not anybody's, with the right password of others.
    for name in [
        "",
        "admin",
        "/admin",
        "t100/",
        "/",
        "//",
        "t100//admin",
        "t100/t101/admin",
        "t101/t100/admin",
        "t100/../t101/admin",
        "t100/admin/",
        "../t100/admin",
        "t100%2Fadmin",
        "t100%2fadmin",
        "%74100/admin",
        "t100\\admin",
        "T100/admin",
        "t100/ADMIN",
        " t100/admin",
        "t100 /admin",
        "t100/ admin",
        "t100/admin ",
        "t100/admin\0",
        "t100\0/admin",
        "t100/admin\r\nx: y",
        "t100/admin\u{202e}",
        "t100/\u{430}dmin",
        "\u{ff54}100/admin",
        "t100\u{2215}admin",
        "t100/*",
        "*/admin",
        "t100/admin'--",
        "management/admin",
        "t100/service_c8y-starter",
    ] {
        let password = if name == "admin" { "wrong" } else { PASSWORD };
        cases.push((basic(format!("{name}:{password}")), Fate::Asked));
    }
    for password in [
        "",
        " ",
        "wrong",
        "wrong:local-platform",
        ":local-platform",
        "local-platform\0",
    ] {
        cases.push((basic(format!("t100/admin:{password}")), Fate::Asked));
    }
    let long = "x".repeat(16 * 1024);
    cases.push((basic(format!("t100/admin:{long}")), Fate::Asked));
    cases.push((basic(format!("t100/{long}:{PASSWORD}")), Fate::Asked));
    cases.push((basic(format!("{long}/admin:{PASSWORD}")), Fate::Asked));
    for unreadable in [
        &b"t100/admin"[..],
        b"",
        b"\xff\xfe:p",
        b"t100/\xe4dmin:p",
        b"\xc3\x28/a:p",
    ] {
        cases.push((basic(unreadable), Fate::Seen));
    }
    let right = STANDARD.encode(format!("t100/admin:{PASSWORD}"));
    for broken in [
        "Basic".to_owned(),
        "Basic ".to_owned(),
        "Basic %%%".to_owned(),
        format!("Basic {right}{right}"),
        format!("Basic {right}="),
        format!("Basic {}", &right[..right.len() - 1]),
        format!("Basic {} {}", &right[..8], &right[8..]),
        format!("Basic,{right}"),
        format!("Basic\t{right}"),
        format!("Basic \"{right}\""),
        format!("Basic {right}, Basic {right}"),
        right.clone(),
    ] {
        cases.push((header("authorization", &broken), Fate::Seen));
    }
    cases
}

fn tokens() -> Vec<(Vec<u8>, Fate)> {
    const CLAIMS: &str = "eyJ0ZW4iOiJ0MTAwIiwic3ViIjoiYWRtaW4iLCJleHAiOjk5OTk5OTk5OTl9";
    let mut cases = Vec::new();
    let none = "eyJhbGciOiJub25lIn0";
    for token in [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "opaque".to_owned(),
        "a.b".to_owned(),
        "a.b.c.d.e.f".to_owned(),
        format!("{none}.{CLAIMS}."),
        format!("{none}.{CLAIMS}.c2ln"),
        format!("{none}.{CLAIMS}"),
        format!("..{CLAIMS}"),
        "null".to_owned(),
        "a\tb".to_owned(),
        "../../tenant".to_owned(),
        "x".repeat(8 * 1024),
        "x".repeat(64 * 1024),
        ".".repeat(32 * 1024),
    ] {
        cases.push((
            header("authorization", &format!("Bearer {token}")),
            Fate::Asked,
        ));
    }
    for scheme in [
        "Digest",
        "Negotiate",
        "Token",
        "BearerX",
        "Basic2",
        "",
        "OAuth",
        "AWS4-HMAC-SHA256",
    ] {
        cases.push((
            header("authorization", &format!("{scheme} {CLAIMS}")),
            Fate::Seen,
        ));
    }
    cases.push((b"authorization: Bearer a\xc3\xa4b\r\n".to_vec(), Fate::Seen));
    let two = [
        header("authorization", "Bearer a"),
        header("authorization", "Bearer b"),
    ];
    cases.push((two.concat(), Fate::Seen));
    cases.push(([admin_of("t100"), admin_of("t100")].concat(), Fate::Seen));
    cases.push(([admin_of("t100"), admin_of("t101")].concat(), Fate::Seen));
    let factors = [header("tfatoken", "1"), header("tfatoken", "2")].concat();
    cases.push(([admin_of("t100"), factors].concat(), Fate::Seen));
    cases
}

fn cookies() -> Vec<(Vec<u8>, Fate)> {
    let xsrf = header("x-xsrf-token", "x");
    let mut cases = vec![
        (xsrf.clone(), Fate::Seen),
        (header("tfatoken", "1"), Fate::Seen),
    ];
    for cookie in [
        "",
        "authorization",
        "authorization=",
        "Authorization=a.b.c",
        "theme=dark",
        ";;=;",
    ] {
        cases.push((header("cookie", cookie), Fate::Seen));
    }
    for cookie in [
        "authorization=a.b.c",
        "theme=dark; authorization=\"a.b.c\"",
        "authorization=../x",
    ] {
        cases.push((header("cookie", cookie), Fate::Asked));
        cases.push((
            [header("cookie", cookie), xsrf.clone()].concat(),
            Fate::Asked,
        ));
    }
    let large = format!("authorization={}", "x".repeat(64 * 1024));
    cases.push((header("cookie", &large), Fate::Asked));
    for twice in [
        "authorization=a; authorization=b",
        "authorization=a; authorization=a",
    ] {
        cases.push((header("cookie", twice), Fate::Seen));
    }
    let two = [
        header("cookie", "authorization=a"),
        header("cookie", "authorization=b"),
    ];
    cases.push((two.concat(), Fate::Seen));
    let cookie = header("cookie", "authorization=a.b.c");
    cases.push(([cookie.clone(), xsrf.clone(), xsrf].concat(), Fate::Seen));
    cases.push((b"cookie: authorization=a\xff\r\n".to_vec(), Fate::Seen));
    cases
}

fn heads() -> Vec<(Vec<u8>, Fate)> {
    let huge = format!("Bearer {}", "x".repeat(256 * 1024));
    vec![
        (Vec::new(), Fate::Seen),
        (header("authorization", ""), Fate::Seen),
        (header("authorization", &huge), Fate::NoHead),
        (header("authorization", "Bearer a\0b"), Fate::NoHead),
        (header("authorization", "Bearer a\x1b[31mb"), Fate::NoHead),
        (header("authorization", "Bearer a\x7fb"), Fate::NoHead),
        (header("authorization\0", "Bearer a"), Fate::NoHead),
        (header("authorization ", "Bearer a"), Fate::NoHead),
        (header("many", "x").repeat(200), Fate::NoHead),
    ]
}

fn header(name: &str, value: &str) -> Vec<u8> {
    format!("{name}: {value}\r\n").into_bytes()
}

/// Sends credentials, and looks at the answer and at what the platform was asked.
async fn assert_refused(stage: &Stage, headers: &[u8], fate: Fate) {
    let before = checks(stage);
    let seen = answer(stage.service.address(), &get(PATH, headers)).await;
    let context = format!("{fate:?}: {seen:?} to {}", shown(headers));
    match fate {
        Fate::NoHead => assert!(matches!(seen.status, 400 | 431), "{context}"),
        Fate::Seen | Fate::Asked => assert_form(&seen, &context),
    }
    let asked = checks(stage) - before;
    assert_eq!(asked, usize::from(fate == Fate::Asked), "{context}");
}

/// A refusal has the platform's form, and says how to authenticate.
fn assert_form(seen: &RawAnswer, context: &str) {
    assert_eq!(seen.status, 401, "{context}");
    let is_told = seen.head.contains("www-authenticate: basic realm=");
    assert!(is_told, "{context}");
    let body: Value = serde_json::from_str(&seen.body).expect(context);
    assert_eq!(body["error"], "security/Unauthorized", "{context}");
    assert!(!seen.body.contains(PASSWORD), "{context}");
}

/// How often the platform was asked who somebody is.
fn checks(stage: &Stage) -> usize {
    let is_check = |request: &RecordedRequest| request.path == "/user/currentUser";
    stage
        .platform
        .requests()
        .iter()
        .filter(|it| is_check(it))
        .count()
}

async fn greeted(address: SocketAddr, headers: &[u8]) -> u16 {
    answer(address, &get(PATH, headers)).await.status
}

/// Whoever has valid credentials is served after all of that, by the same process.
async fn assert_serves(stage: &Stage) {
    let seen = try_answer(stage.direct("t101", Method::GET, PATH)).await;
    let seen = seen.expect("an answer");
    assert_eq!(seen.status, 200, "{seen:?}");
    let log = stage.service.log();
    let panics: Vec<_> = log
        .iter()
        .filter(|line| line.contains("panicked"))
        .collect();
    assert!(panics.is_empty(), "{panics:#?}");
    let incidents = stage.service.take_incidents();
    assert!(incidents.is_empty(), "{incidents:?}");
}

/// A token of the administrator of `t101`, and the XSRF token that belongs to it.
async fn log_in(stage: &Stage) -> (String, String) {
    let url = format!("{}/tenant/oauth?tenant_id=t101", stage.platform.url());
    let form = format!("grant_type=PASSWORD&username=admin&password={PASSWORD}");
    let media_type = "application/x-www-form-urlencoded";
    let request = stage.http.post(url).header("content-type", media_type);
    let response = request.body(form).send().await.expect("an answer");
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    let cookie = |name: &str| {
        let mut values = cookies.iter().filter_map(|cookie| {
            let value = cookie
                .to_str()
                .ok()?
                .strip_prefix(name)?
                .strip_prefix('=')?;
            value.split(';').next().map(str::to_owned)
        });
        values
            .next()
            .unwrap_or_else(|| panic!("no {name}: {cookies:?}"))
    };
    (cookie("authorization"), cookie("XSRF-TOKEN"))
}
