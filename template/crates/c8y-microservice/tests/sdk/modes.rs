//! Services without tenants, and with one.

use c8y_microservice::http::Method;
use c8y_microservice::{ApiError, PlatformError, TenantClient};
use serde_json::{Value, json};

use crate::support::{Kind, Setup, TestPlatform, User, assert_error_form, eventually};

const SETTINGS: &str = "/application/currentApplication/settings";

fn without_subscriptions(platform: &TestPlatform) -> Setup {
    let setup = Setup::at(platform).env("MICROSERVICE_SUBSCRIPTION_ENABLED", "false");
    setup.polling()
}

/// A platform that runs an instance for each tenant; this one is of `t101`.
fn per_tenant() -> TestPlatform {
    TestPlatform::with_manifest(json!({
        "isolation": "PER_TENANT",
        "requiredRoles": ["ROLE_INVENTORY_READ", "ROLE_OPTION_MANAGEMENT_ADMIN"],
        "settings": [{"key": "max", "defaultValue": "1", "editable": true}],
    }))
}

#[tokio::test]
async fn without_subscriptions_the_platform_is_asked_for_nothing() {
    let platform = TestPlatform::start();
    let service = without_subscriptions(&platform).start().await;
    assert_eq!(service.get("/health/readiness").await.status, 200);
    // While another service reads its list five times, at the same pace.
    let elsewhere = TestPlatform::start();
    let _other = Setup::at(&elsewhere).polling().ready().await;
    let reads = async || elsewhere.bootstrap_requests().len();
    eventually("five reads", reads, |reads| *reads >= 5).await;
    assert_eq!(platform.requests(), []);
    assert_eq!(service.events(), []);
}

#[tokio::test]
async fn without_subscriptions_callers_are_verified_all_the_same() {
    let platform = TestPlatform::start();
    let service = without_subscriptions(&platform).start().await;
    let admin = User::admin_of("t101");
    let reply = service.call(&admin, Method::GET, "/whoami").await;
    assert_eq!(reply.expect(200)["tenant"], "t101");
    let wrong = User::new("t101/admin", "wrong");
    let reply = service.call(&wrong, Method::GET, "/whoami").await;
    assert_error_form(&reply, 401, "security/Unauthorized");
}

#[tokio::test]
async fn without_subscriptions_asking_for_a_tenant_is_a_mistake_of_the_service() {
    let platform = TestPlatform::start();
    let service = without_subscriptions(&platform).start().await;
    let admin = User::admin_of("t101");
    for path in ["/tenants", "/as-service", "/settings", "/settings/max"] {
        let reply = service.call(&admin, Method::GET, path).await;
        assert_error_form(&reply, 500, "microservice/Internal Server Error");
        assert_eq!(reply.json()["message"], "Internal error", "{path}");
    }
    let subscriptions = service.subscriptions().await;
    for error in [
        subscriptions.tenants().unwrap_err(),
        subscriptions.refresh().await.unwrap_err(),
    ] {
        let reason = ApiError::from(error).to_string();
        assert!(
            reason.contains("MICROSERVICE_SUBSCRIPTION_ENABLED=false"),
            "{reason}"
        );
    }
    assert_eq!(platform.bootstrap_requests(), [""; 0]);
}

#[tokio::test]
async fn with_an_instance_per_tenant_its_handler_is_called_once() {
    let platform = per_tenant();
    let service = Setup::at(&platform).polling().ready().await;
    service.client("t101").await;
    let subscriptions = service.subscriptions_lent_to(&User::admin_of("t101")).await;
    for _ in 0..3 {
        assert_eq!(subscriptions.refresh().await.unwrap().len(), 1);
    }
    assert_eq!(service.events(), [(Kind::Subscribed, "t101".to_owned())]);
    let readiness = service.get("/health").await.expect(200);
    let bootstrap = &readiness["components"]["bootstrap"]["details"];
    assert_eq!(bootstrap["subscribedTenants"], 1, "{bootstrap}");
}

#[tokio::test]
async fn with_an_instance_per_tenant_a_fan_out_has_one_outcome() {
    let platform = per_tenant();
    let service = Setup::at(&platform).ready().await;
    let admin = User::admin_of("t101");
    let reply = service.call(&admin, Method::POST, "/fan-out").await;
    assert_eq!(reply.expect(200), json!({"t101": 200}));
}

#[tokio::test]
async fn with_an_instance_per_tenant_only_its_users_reach_it_as_the_service() {
    let platform = per_tenant();
    let service = Setup::at(&platform).ready().await;
    for path in ["/as-service", "/settings"] {
        let own = service
            .call(&User::admin_of("t101"), Method::GET, path)
            .await;
        assert_eq!(own.expect(200), json!("t101"), "{path}");
        for other in ["t100", "t102"] {
            let reply = service
                .call(&User::admin_of(other), Method::GET, path)
                .await;
            assert_error_form(&reply, 403, "security/Forbidden");
        }
    }
    assert_eq!(platform.bootstrap_requests(), [""; 0]);
}

#[tokio::test]
async fn with_an_instance_per_tenant_settings_are_read_and_set() {
    let platform = per_tenant();
    let service = Setup::at(&platform).ready().await;
    let settings = service.client("t101").await.settings();
    assert_eq!(settings.get("max").await, Ok(1));
    settings.set("max", &5).await.unwrap();
    assert_eq!(settings.get("max").await, Ok(5));
    let requests = platform.requests_of("t101/service_example");
    let reads = requests.iter().filter(|request| request.path == SETTINGS);
    assert_eq!(reads.count(), 2);
    let stored: Value = platform.read("t101", "/tenant/options/example").await;
    assert_eq!(stored, json!({"max": "5"}));
}

/// The password of the one instance comes with its environment: there is no list to look for
/// another one in.
#[tokio::test]
async fn with_an_instance_per_tenant_a_wrong_password_is_an_error_of_each_request() {
    let platform = per_tenant();
    let setup = Setup::at(&platform).env("C8Y_PASSWORD", "wrong");
    let service = setup.ready().await;
    let client: TenantClient = service.client("t101").await;
    let refused = async || {
        client
            .request(Method::GET, "/inventory/managedObjects")
            .send()
            .await
    };
    let unauthorized = |seen: &Result<_, _>| matches!(seen, Err(PlatformError::Unauthorized(_)));
    eventually("401", refused, unauthorized).await.unwrap_err();
    assert_eq!(service.events(), [(Kind::Subscribed, "t101".to_owned())]);
    assert_eq!(platform.bootstrap_requests(), [""; 0]);
}
