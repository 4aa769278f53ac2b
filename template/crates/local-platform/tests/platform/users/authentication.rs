//! Who is let in.

use local_platform::PASSWORD;
use serde_json::json;

use crate::helpers::TestPlatform;

const CURRENT_TENANT: &str = "/tenant/currentTenant";

#[tokio::test]
async fn a_request_without_credentials_is_refused_in_the_platforms_error_form() {
    let platform = TestPlatform::start();
    let answer = platform.anonymous("GET", CURRENT_TENANT).send().await;
    assert_eq!(answer.refused(401), "security/Unauthorized");
}

#[tokio::test]
async fn wrong_password_unknown_user_and_unknown_tenant_are_refused_alike() {
    let platform = TestPlatform::start();
    let mut seen = Vec::new();
    for user in ["t100/admin", "t100/nobody", "t999/admin"] {
        let answer = platform
            .anonymous("GET", CURRENT_TENANT)
            .user(user, "wrong")
            .send()
            .await;
        seen.push(answer.expect(401).text);
    }
    assert!(seen.iter().all(|text| *text == seen[0]), "{seen:?}");
}

#[tokio::test]
async fn a_user_without_tenant_belongs_to_the_tenant_whose_domain_is_the_host_else_to_the_owner() {
    let platform = TestPlatform::start();
    let new = json!({
        "company": "Acme", "domain": "acme.localhost", "adminEmail": "admin@example.com",
        "adminName": "admin", "adminPass": PASSWORD,
    });
    platform
        .post("t100", "/tenant/tenants", new)
        .await
        .expect(201);
    for (host, tenant) in [
        ("t102.localhost:8111", "t102"),
        ("T102.localhost", "t102"),
        ("acme.localhost:8111", "t104"),
        ("t104.localhost:8111", "t100"),
        ("t102.internal", "t100"),
        ("127.0.0.1:8111", "t100"),
    ] {
        let call = platform
            .anonymous("GET", CURRENT_TENANT)
            .user("admin", PASSWORD);
        let answer = call.header("host", host).send().await.expect(200);
        assert_eq!(answer.json()["name"], tenant, "host {host}");
    }
}

#[tokio::test]
async fn what_a_client_says_about_forwarding_is_not_believed() {
    let platform = TestPlatform::start();
    let call = platform
        .anonymous("GET", CURRENT_TENANT)
        .user("admin", PASSWORD)
        .header("host", "t102.localhost:8111")
        .header("forwarded", "host=t101.localhost;proto=https")
        .header("x-forwarded-host", "t101.localhost")
        .header("x-forwarded-proto", "https");
    let seen = call.send().await.expect(200).json();
    assert_eq!(seen["name"], "t102");
    let link = "http://t102.localhost:8111/tenant/currentTenant";
    assert_eq!(seen["self"], link);
}

#[tokio::test]
async fn a_bootstrap_user_reaches_its_own_paths_and_no_other() {
    let platform = TestPlatform::start();
    for (path, status) in [
        ("/tenant/currentTenant", 200),
        ("/user/currentUser", 200),
        ("/application/currentApplication", 200),
        ("/application/currentApplication/subscriptions", 200),
        ("/application/applications", 403),
        ("/alarm/alarms", 403),
        ("/inventory/managedObjects", 403),
        ("/service/example/anything", 403),
    ] {
        let call = platform
            .anonymous("GET", path)
            .user("t100/servicebootstrap_example", PASSWORD);
        call.send().await.expect(status);
    }
}

#[tokio::test]
async fn a_disabled_user_is_not_let_in() {
    let platform = TestPlatform::start();
    platform
        .user("t100", "someone", &["ROLE_USER_MANAGEMENT_OWN_READ"])
        .await;
    let update = json!({"enabled": false});
    platform
        .put("t100", "/user/t100/users/someone", update)
        .await
        .expect(200);
    let call = platform
        .anonymous("GET", CURRENT_TENANT)
        .user("t100/someone", PASSWORD);
    call.send().await.expect(401);
}
