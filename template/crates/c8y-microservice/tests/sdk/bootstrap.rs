//! How a service learns of its tenants.

use c8y_microservice::http::Method;
use serde_json::json;

use crate::support::{
    Kind, Setup, StandIn, TestPlatform, User, assert_error_form, eventually, free_port,
};

const KEY: &str = "GET /application/currentApplication";
const SUBSCRIPTIONS: &str = "GET /application/currentApplication/subscriptions";

#[tokio::test]
async fn the_key_and_then_the_subscriptions_are_read_at_the_start() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform)
        .without("APPLICATION_KEY")
        .ready()
        .await;
    assert_eq!(platform.bootstrap_requests(), [KEY, SUBSCRIPTIONS]);
    let tenants = json!(["t100", "t101", "t102", "t103"]);
    assert_eq!(service.tenants().await, tenants);
}

#[tokio::test]
async fn bootstrap_goes_without_the_application_key_also_when_that_is_known() {
    let platform = TestPlatform::start();
    let _service = Setup::at(&platform).polling().ready().await;
    let twice = |seen: &Vec<_>| seen.len() > 1;
    let seen = async || platform.bootstrap_requests();
    eventually("two reads", seen, twice).await;
    let requests = platform.requests().into_iter();
    let keys: Vec<_> = requests
        .filter(|request| request.path.starts_with("/application/"))
        .filter_map(|request| request.application_key)
        .collect();
    assert_eq!(keys, [""; 0]);
}

#[tokio::test]
async fn a_key_in_the_environment_is_not_asked_for() {
    let platform = TestPlatform::start();
    let _service = Setup::at(&platform).ready().await;
    assert_eq!(platform.bootstrap_requests(), [SUBSCRIPTIONS]);
}

#[tokio::test]
async fn the_subscriptions_are_read_again_and_again_and_the_key_once() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).without("APPLICATION_KEY").polling();
    let _service = setup.ready().await;
    let reads = |seen: &Vec<String>| seen.iter().filter(|it| *it == SUBSCRIPTIONS).count() > 3;
    let look = async || platform.bootstrap_requests();
    let seen = eventually("four reads", look, reads).await;
    assert_eq!(seen.iter().filter(|it| *it == KEY).count(), 1, "{seen:?}");
}

#[tokio::test]
async fn a_client_carries_the_key_that_was_asked_for() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform)
        .without("APPLICATION_KEY")
        .ready()
        .await;
    let client = service.client("t101").await;
    let path = "/inventory/managedObjects";
    client.request(Method::GET, path).send().await.unwrap();
    let key = platform.bootstrap_environment(1)["APPLICATION_KEY"].clone();
    let seen = platform.requests_of("t101/service_example");
    assert_eq!(seen[0].application_key, Some(key), "{seen:?}");
}

/// The key cannot be read and the list can. What a refresh hands out then would be taken for a
/// device, were it to make requests without the key.
#[tokio::test]
async fn before_the_key_is_known_no_client_is_handed_out_and_no_caller_is_verified_without_it() {
    let platform = StandIn::start(|app| {
        use actix_web::{HttpResponse, web};
        let list = r#"{"users":[{"tenant":"t1","name":"service_example","password":"p"}]}"#;
        let json = |body: &'static str| {
            web::get().to(move || async move { HttpResponse::Ok().body(body) })
        };
        app.route("/application/currentApplication/subscriptions", json(list))
            .route("/user/currentUser", json(r#"{"userName":"somebody"}"#))
            .route("/inventory/managedObjects", json("{}"));
    });
    let environment = platform.environment(free_port());
    let setup = Setup::new(environment)
        .env("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT")
        .without("APPLICATION_KEY");
    let service = setup.start().await;
    let anyone = User::new("t1/somebody", "p");
    let reply = service.call(&anyone, Method::POST, "/lend").await;
    assert_error_form(&reply, 503, "microservice/Service Unavailable");
    let asked = platform.requests();
    let only_for_the_key = |request: &String| request == "GET /application/currentApplication";
    assert!(asked.iter().all(only_for_the_key), "{asked:?}");
    assert_eq!(service.events(), []);
}

#[tokio::test]
async fn a_bootstrap_user_that_the_platform_does_not_know_leaves_the_service_alive_and_not_ready() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).env("C8Y_BOOTSTRAP_PASSWORD", "wrong");
    let service = setup.start().await;
    let reason = "bootstrap has not succeeded yet: the platform answered 401 Unauthorized";
    let readiness = async || service.get("/health/readiness").await.json();
    let expected = |seen: &serde_json::Value| seen["reasons"] == json!([reason]);
    eventually("the reason", readiness, expected).await;
    assert_eq!(service.get("/health/liveness").await.status, 200);
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, "/tenants").await;
    assert_error_form(&reply, 503, "microservice/Service Unavailable");
}

#[tokio::test]
async fn with_an_instance_per_tenant_its_tenant_takes_the_lists_place_and_no_list_is_read() {
    let platform = TestPlatform::with_manifest(json!({"isolation": "PER_TENANT"}));
    let setup = Setup::at(&platform).without("APPLICATION_KEY").polling();
    let service = setup.ready().await;
    let client = service.client("t101").await;
    let object = c8y_microservice::NewManagedObject::new("c8y_Example", "An example");
    let refused = client.inventory().create(&object).await;
    let forbidden = matches!(refused, Err(c8y_microservice::PlatformError::Forbidden(_)));
    assert!(forbidden, "known in t101, without roles: {refused:?}");
    let admin = User::admin_of("t101");
    for (method, path) in [(Method::GET, "/tenants"), (Method::POST, "/refresh")] {
        let reply = service.call(&admin, method, path).await;
        assert_eq!(reply.expect(200), json!(["t101"]));
    }
    assert_eq!(service.events(), [(Kind::Subscribed, "t101".to_owned())]);
    assert_eq!(platform.bootstrap_requests(), [KEY]);
}

#[tokio::test]
async fn without_subscriptions_the_service_is_ready_reads_nothing_and_has_no_tenants() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform)
        .env("MICROSERVICE_SUBSCRIPTION_ENABLED", "false")
        .without("APPLICATION_KEY")
        .polling();
    let service = setup.start().await;
    assert_eq!(service.get("/health/readiness").await.status, 200);
    let admin = User::admin_of("t100");
    for (method, path) in [(Method::GET, "/tenants"), (Method::POST, "/refresh")] {
        let reply = service.call(&admin, method, path).await;
        assert_error_form(&reply, 500, "microservice/Internal Server Error");
    }
    assert_eq!(service.events(), []);
    let asked = platform.bootstrap_requests();
    assert_eq!(
        asked,
        ["GET /application/currentApplication"],
        "the key alone"
    );
}
