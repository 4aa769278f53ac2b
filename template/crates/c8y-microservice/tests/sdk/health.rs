//! The health endpoints.

use c8y_microservice::http::Method;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::{Restartable, Setup, TestPlatform, User, assert_error_form, eventually, send};

const PATHS: [&str; 3] = ["/health", "/health/liveness", "/health/readiness"];

#[tokio::test]
async fn a_service_that_has_its_tenants_is_up() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let liveness = service.get("/health/liveness").await;
    assert_eq!(liveness.expect(200), json!({"status": "UP"}));
    let readiness = service.get("/health/readiness").await;
    assert_eq!(
        readiness.expect(200),
        json!({"status": "UP", "reasons": []})
    );
}

#[tokio::test]
async fn health_tells_what_is_checked() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let mut health = service.get("/health").await.expect(200);
    let last = &mut health["components"]["bootstrap"]["details"]["lastSuccess"];
    let at: DateTime<Utc> = last.as_str().unwrap().parse().unwrap();
    assert!((Utc::now() - at).num_seconds().abs() < 60, "{at}");
    *last = json!("a time");
    let details = json!({
        "needed": true,
        "subscribedTenants": 4,
        "lastSuccess": "a time",
        "failure": null,
    });
    let expected = json!({
        "status": "UP",
        "components": {
            "bootstrap": {"status": "UP", "details": details},
            "server": {"status": "UP"},
        },
    });
    assert_eq!(health, expected);
}

#[tokio::test]
async fn before_the_first_success_health_is_down_and_says_why() {
    let platform = Restartable::stopped();
    let service = Setup::at_restartable(&platform).start().await;
    let look = async || service.get("/health").await;
    let failed = eventually("a failed read", look, |reply| {
        reply.json()["components"]["bootstrap"]["details"]["failure"].is_string()
    });
    let health = failed.await.expect(503);
    assert_eq!(health["status"], "DOWN");
    let details = json!({
        "needed": true,
        "subscribedTenants": null,
        "lastSuccess": null,
        "failure": "the platform cannot be reached",
    });
    let bootstrap = json!({"status": "DOWN", "details": details});
    assert_eq!(health["components"]["bootstrap"], bootstrap);
    assert_eq!(health["components"]["server"], json!({"status": "UP"}));
    let reason = "bootstrap has not succeeded yet: the platform cannot be reached";
    let readiness = service.get("/health/readiness").await.expect(503);
    assert_eq!(readiness, json!({"status": "DOWN", "reasons": [reason]}));
    let liveness = service.get("/health/liveness").await;
    assert_eq!(liveness.expect(200), json!({"status": "UP"}));
}

#[tokio::test]
async fn without_subscriptions_health_needs_no_bootstrap() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).env("MICROSERVICE_SUBSCRIPTION_ENABLED", "false");
    let service = setup.start().await;
    let health = service.get("/health").await.expect(200);
    let bootstrap = &health["components"]["bootstrap"];
    assert_eq!(bootstrap["status"], "UP");
    assert_eq!(bootstrap["details"]["needed"], false);
    assert_eq!(bootstrap["details"]["subscribedTenants"], Value::Null);
}

#[tokio::test]
async fn the_health_endpoints_are_open_to_all_and_name_no_tenant() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let wrong = User::new("t100/admin", "wrong");
    for path in PATHS {
        for reply in [
            service.get(path).await,
            service.call(&wrong, Method::GET, path).await,
        ] {
            assert_eq!(reply.status, 200, "{path}: {reply:#?}");
            for tenant in platform.tenants() {
                assert!(!reply.text.contains(&tenant), "{path}: {reply:#?}");
            }
        }
    }
    let asked = platform.requests().into_iter();
    let asked: Vec<_> = asked.filter(|it| it.path == "/user/currentUser").collect();
    assert_eq!(asked, []);
}

#[tokio::test]
async fn the_health_endpoints_can_only_be_read() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    for path in PATHS {
        let reply = send(service.request(Method::POST, path)).await;
        assert!(reply.status.is_client_error(), "{path}: {reply:#?}");
        let error = reply.json()["error"].as_str().unwrap().to_owned();
        assert_error_form(&reply, reply.status.as_u16(), &error);
    }
}
