//! A platform that is down, comes back, or answers nonsense.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{Subscriptions, SubscriptionsError};
use serde_json::{Value, json};

use crate::support::{Kind, Restartable, Setup, StandIn, TestService, User, eventually, free_port};

const OBJECTS: &str = "/inventory/managedObjects";

fn ids(subscriptions: &Subscriptions) -> Vec<String> {
    let tenants = subscriptions.tenants().unwrap();
    let clients = tenants.iter();
    clients.map(|client| client.tenant().to_string()).collect()
}

async fn bootstrap_details(service: &TestService) -> Value {
    let health = service.get("/health").await.json();
    health["components"]["bootstrap"]["details"].clone()
}

#[tokio::test]
async fn a_service_that_starts_before_the_platform_is_alive_and_ready_as_soon_as_that_comes() {
    let mut platform = Restartable::stopped();
    let service = Setup::at_restartable(&platform).polling().start().await;
    assert_eq!(service.get("/health/liveness").await.status, 200);
    let reason = "bootstrap has not succeeded yet: the platform cannot be reached";
    let readiness = async || service.get("/health/readiness").await;
    let not_ready = eventually("a failed read", readiness, |reply| {
        reply.json()["reasons"] == json!([reason])
    });
    assert_eq!(not_ready.await.status, 503);
    platform.come_back();
    service.wait_until_ready().await;
    let all = json!(["t100", "t101", "t102", "t103"]);
    assert_eq!(service.tenants().await, all);
    assert_eq!(bootstrap_details(&service).await["failure"], Value::Null);
}

#[tokio::test]
async fn while_the_platform_is_down_the_last_list_stays_and_so_does_readiness() {
    let mut platform = Restartable::start();
    let service = Setup::at_restartable(&platform).polling().ready().await;
    let subscriptions = service.subscriptions().await;
    platform.go_down();
    let details = async || bootstrap_details(&service).await;
    let failing = |seen: &Value| seen["failure"] == "the platform cannot be reached";
    let seen = eventually("a poll fails", details, failing).await;
    assert_eq!(seen["subscribedTenants"], 4);
    assert_eq!(ids(&subscriptions), ["t100", "t101", "t102", "t103"]);
    let refreshed = subscriptions.refresh().await;
    let read = matches!(refreshed, Err(SubscriptionsError::Read(_)));
    assert!(read, "{refreshed:?}");
    assert_eq!(ids(&subscriptions), ["t100", "t101", "t102", "t103"]);
    assert_eq!(service.get("/health/readiness").await.status, 200);
    let left = |(kind, _): &(Kind, String)| *kind == Kind::Unsubscribed;
    assert!(!service.events().iter().any(left));
}

#[tokio::test]
async fn after_a_restart_of_the_platform_every_tenant_works_with_its_new_user() {
    let mut platform = Restartable::start();
    let service = Setup::at_restartable(&platform).polling().ready().await;
    platform.go_down();
    let details = async || bootstrap_details(&service).await;
    eventually("a poll fails", details, |seen| seen["failure"].is_string()).await;
    platform.come_back();
    for tenant in ["t100", "t101", "t102", "t103"] {
        let client = service.event(Kind::Renewed, tenant).await;
        let answer = client.request(Method::GET, OBJECTS).send().await;
        assert!(answer.is_ok(), "{tenant}: {answer:?}");
    }
    let recovered = |seen: &Value| seen["failure"].is_null();
    eventually("health has recovered", details, recovered).await;
    let listed = platform.running().requests();
    let users: Vec<_> = listed.iter().filter(|it| it.path == OBJECTS).collect();
    assert_eq!(users.len(), 4, "{users:?}");
}

#[tokio::test]
async fn an_answer_that_is_no_list_of_subscriptions_changes_nothing() {
    const NO_LISTS: [&str; 6] = [
        "",
        "<html>the platform is being updated</html>",
        "{}",
        r#"{"users":null}"#,
        r#"{"users":[{"tenant":"t2"}]}"#,
        r#"{"users":[{"tenant":"t1","name":"service_example","password":"p"}"#,
    ];
    let answered_well = Arc::new(AtomicBool::new(false));
    let platform = StandIn::start(move |app| {
        let answered_well = Arc::clone(&answered_well);
        let good = r#"{"users":[{"tenant":"t1","name":"service_example","password":"p"}]}"#;
        let turn = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let subscriptions = move || {
            let body = if answered_well.swap(true, Ordering::SeqCst) {
                NO_LISTS[turn.fetch_add(1, Ordering::SeqCst) % NO_LISTS.len()]
            } else {
                good
            };
            async move { HttpResponse::Ok().body(body) }
        };
        let user = || async { HttpResponse::Ok().body(r#"{"userName":"somebody"}"#) };
        let path = "/application/currentApplication/subscriptions";
        app.route(path, web::get().to(subscriptions))
            .route("/user/currentUser", web::get().to(user));
    });
    let setup = Setup::new(platform.environment(free_port()));
    let setup = setup.env("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT");
    let service = setup.ready().await;
    let anyone = User::new("t1/somebody", "p");
    let subscriptions = service.subscriptions_lent_to(&anyone).await;
    for no_list in NO_LISTS {
        let read = subscriptions.refresh().await;
        let refused = matches!(read, Err(SubscriptionsError::Read(_)));
        assert!(refused, "{no_list}: {read:?}");
        assert_eq!(ids(&subscriptions), ["t1"], "{no_list}");
    }
    service.client("t1").await;
    assert_eq!(service.events().len(), 1, "{:?}", service.events());
}
