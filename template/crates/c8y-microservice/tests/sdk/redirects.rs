//! Redirects of the platform, which nothing follows: what is sent has credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::{StatusCode, header::LOCATION};
use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{
    AlarmFilter, ExternalId, NewAlarm, NewBinary, NewManagedObject, PlatformError, Severity,
    TenantClient,
};
use serde_json::{Value, json};

use crate::support::{
    Reply, Setup, StandIn, User, client_at, environment, eventually, free_port, send,
};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// A platform that redirects everything, in one way after the other, and where to.
struct Redirecting {
    platform: StandIn,
    /// What is there for those who follow. Nobody should.
    elsewhere: StandIn,
    ways: Vec<(u16, String)>,
    now: Arc<AtomicUsize>,
}

impl Redirecting {
    fn start() -> Self {
        let elsewhere = StandIn::start(|app| {
            app.default_service(web::to(|| async { HttpResponse::Ok().json(json!({})) }));
        });
        let places = [
            format!("{}/somewhere", elsewhere.url()),
            format!("//{}/somewhere", elsewhere.address()),
            format!("http://user:password@{}/", elsewhere.address()),
            "/inventory/managedObjects/1".to_owned(),
            "/service/elsewhere/path".to_owned(),
            "relative?a=b".to_owned(),
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "file:///etc/passwd".to_owned(),
            String::new(),
        ];
        let ways = STATUSES.into_iter().flat_map(|status| {
            let places = places.clone();
            places.into_iter().map(move |place| (status, place))
        });
        let ways: Vec<_> = ways.collect();
        let now = Arc::<AtomicUsize>::default();
        let answers = (ways.clone(), Arc::clone(&now));
        let platform = StandIn::start(move |app| {
            let (ways, now) = answers.clone();
            app.default_service(web::to(move || {
                let (status, place) = ways[now.load(Ordering::SeqCst)].clone();
                async move {
                    let status = StatusCode::from_u16(status).unwrap();
                    HttpResponse::build(status)
                        .insert_header((LOCATION, place))
                        .finish()
                }
            }));
        });
        Self {
            platform,
            elsewhere,
            ways,
            now,
        }
    }

    /// Does something for each of the ways, and answers what the platform was asked by then.
    async fn each(&self, mut act: impl AsyncFnMut(u16, &str)) -> Vec<String> {
        for (index, (status, place)) in self.ways.iter().enumerate() {
            self.now.store(index, Ordering::SeqCst);
            act(*status, place).await;
        }
        assert_eq!(self.elsewhere.requests(), [""; 0]);
        self.platform.requests()
    }
}

/// Every kind of request that a client sends: the result of each.
async fn calls(client: &TenantClient) -> Vec<Result<(), PlatformError>> {
    let alarm = NewAlarm::new("1".into(), "example_Alarm", "a text", Severity::Minor);
    let object = NewManagedObject::new("example_Object", "an object");
    let file = NewBinary::new("a.csv", "text/csv", "a,b\r\n");
    let external_id = ExternalId::new("example_Serial", "1");
    let body = json!({"a": 1});
    let raw = async |method: Method, path: &str| {
        let request = client.request(method, path).json(&body);
        request.send().await.map(drop)
    };
    vec![
        client.alarms().create(&alarm).await.map(drop),
        client
            .alarms()
            .list(&AlarmFilter::new())
            .first(1)
            .await
            .map(drop),
        client.inventory().create(&object).await.map(drop),
        client.inventory().get(&"1".into()).await.map(drop),
        client
            .inventory()
            .find_or_create(&external_id, &object)
            .await
            .map(drop),
        client.identity().find(&external_id).await.map(drop),
        client.binaries().create(&file).await.map(drop),
        client.binaries().get(&"1".into()).await.map(drop),
        client
            .tenant_options()
            .get("category", "key")
            .await
            .map(drop),
        client.tenant_options().delete("category", "key").await,
        client.current_user().await.map(drop),
        client.current_tenant().await.map(drop),
        client.service("other").get("/path").send().await.map(drop),
        client
            .service("other")
            .post("/path")
            .json(&body)
            .send()
            .await
            .map(drop),
        raw(Method::GET, "/anything").await,
        raw(Method::POST, "/anything").await,
        raw(Method::PUT, "/anything").await,
        raw(Method::DELETE, "/anything").await,
    ]
}

#[tokio::test]
async fn of_a_clients_requests_are_errors_that_name_the_status() {
    let world = Redirecting::start();
    let (_service, client) = client_at(&world.platform.url()).await;
    let mut sent = 0;
    let requests = world
        .each(async |status, place| {
            for (index, result) in calls(&client).await.into_iter().enumerate() {
                sent += 1;
                let error = result.expect_err("an error");
                let case = format!("call {index} to {place:?}: {error:?}");
                assert_eq!(error.status().map(|it| it.as_u16()), Some(status), "{case}");
                assert!(error.to_string().contains(&status.to_string()), "{case}");
            }
        })
        .await;
    assert_eq!(requests.len(), sent, "one request each");
}

#[tokio::test]
async fn of_the_subscriptions_leave_the_service_unready() {
    let world = Redirecting::start();
    let setup = Setup::new(environment(&world.platform.url(), free_port()));
    let setup = setup.env("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT");
    let service = setup.env("C8Y_BOOTSTRAP_DELAY", "10").start().await;
    let requests = world
        .each(async |status, _| {
            let readiness = async || service.get("/health/readiness").await;
            let says = |reply: &Reply| reply.text.contains(&status.to_string());
            let reply = eventually("the status", readiness, says).await;
            assert_eq!(reply.status, 503, "{reply:#?}");
        })
        .await;
    let path = "GET /application/currentApplication/subscriptions";
    let others: Vec<_> = requests.iter().filter(|it| *it != path).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[tokio::test]
async fn of_the_current_application_leave_the_service_unready() {
    let world = Redirecting::start();
    let setup = Setup::new(environment(&world.platform.url(), free_port()));
    let service = setup.without("APPLICATION_KEY").start().await;
    let readiness = async || service.get("/health/readiness").await;
    let says = |reply: &Reply| reply.text.contains("301");
    let reply = eventually("the status", readiness, says).await;
    assert_eq!(reply.status, 503, "{reply:#?}");
    let requests = world.platform.requests();
    let path = "GET /application/currentApplication";
    assert!(requests.iter().all(|it| it == path), "{requests:#?}");
    assert_eq!(world.elsewhere.requests(), [""; 0]);
}

#[tokio::test]
async fn of_a_check_verify_nobody() {
    let world = Redirecting::start();
    let setup = Setup::new(environment(&world.platform.url(), free_port()));
    let service = setup.ready().await;
    let mut number = 0;
    let requests = world
        .each(async |status, place| {
            number += 1;
            let user = User::new(&format!("t1/user-{number}"), "p");
            let reply = send(user.sign(service.request(Method::GET, "/whoami"))).await;
            assert_eq!(reply.status, 503, "{status} to {place}: {reply:#?}");
            let message: Value = reply.json()["message"].clone();
            let text = message.as_str().unwrap();
            assert!(text.contains(&status.to_string()), "{place}: {text}");
        })
        .await;
    assert_eq!(requests.len(), world.ways.len(), "{requests:#?}");
    assert!(requests.iter().all(|it| it == "GET /user/currentUser"));
}
