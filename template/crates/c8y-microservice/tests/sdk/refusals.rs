//! What the platform refuses, as callers are told: their own refusals, and not the service's.

use std::time::Duration;

use c8y_microservice::http::Method;
use local_platform::Fault;
use serde_json::json;

use crate::support::{Setup, TestPlatform, User, assert_error_form};

#[tokio::test]
async fn what_the_platform_refuses_the_caller_is_passed_on_in_its_words() {
    let platform = TestPlatform::start();
    let pump = json!({"name": "Pump 7", "type": "c8y_Pump"});
    let pump = platform.create_object("t101", &pump).await;
    let service = Setup::at(&platform).ready().await;
    let path = format!("/as-user/objects/{pump}");
    let admin = User::admin_of("t101");
    let seen = service.call(&admin, Method::GET, &path).await;
    assert_eq!(seen.expect(200), json!(pump));

    let stranger = platform.add_user_without_roles("t101", "stranger").await;
    let refused = service.call(&stranger, Method::GET, &path).await;
    assert_error_form(&refused, 403, "security/Forbidden");
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("ROLE_INVENTORY_READ"), "{message}");

    let nowhere = "/as-user/objects/999999";
    let missing = service.call(&admin, Method::GET, nowhere).await;
    assert_error_form(&missing, 404, "inventory/Not Found");
}

#[tokio::test]
async fn how_long_the_platform_asks_the_caller_to_wait_is_passed_on() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let admin = User::admin_of("t101");
    let whoami = service.call(&admin, Method::GET, "/whoami").await;
    whoami.expect(200);
    platform.inject(Fault::too_many_requests(Duration::from_mins(2)).at("/inventory"));
    for (path, status, wait) in [
        ("/as-user/objects/1", 429, Some("120")),
        ("/as-service/objects/1", 502, None),
    ] {
        let refused = service.call(&admin, Method::GET, path).await;
        assert_eq!(refused.status, status, "{path}: {refused:#?}");
        let told = refused.headers.get("retry-after");
        assert_eq!(told.map(|it| it.to_str().unwrap()), wait, "{path}");
    }
}

#[tokio::test]
async fn what_the_platform_refuses_the_service_is_no_matter_of_the_caller() {
    let platform = TestPlatform::with_manifest(json!({"requiredRoles": []}));
    let pump = json!({"name": "Pump 7", "type": "c8y_Pump"});
    let pump = platform.create_object("t101", &pump).await;
    let service = Setup::at(&platform).ready().await;
    let path = format!("/as-service/objects/{pump}");
    let reply = service
        .call(&User::admin_of("t101"), Method::GET, &path)
        .await;
    assert_error_form(&reply, 502, "microservice/Bad Gateway");
    assert!(!reply.text.contains("ROLE_"), "{reply:#?}");
}
