//! The life of a subscription.

use local_platform::{LocalPlatform, PASSWORD};
use serde_json::{Value, json};

use crate::helpers::TestPlatform;

fn applications(tenant: &str) -> String {
    format!("/tenant/tenants/{tenant}/applications")
}

async fn service_user(platform: &TestPlatform, tenant: &str) -> Option<Value> {
    platform
        .subscriptions()
        .await
        .into_iter()
        .find(|user| user["tenant"] == tenant)
}

#[tokio::test]
async fn every_demo_tenant_is_subscribed_and_has_a_service_user_that_can_log_in() {
    let platform = TestPlatform::start();
    let users = platform.subscriptions().await;
    assert_eq!(users.len(), 4, "{users:?}");
    for user in users {
        let (tenant, name) = (
            user["tenant"].as_str().unwrap(),
            user["name"].as_str().unwrap(),
        );
        assert_eq!(name, "service_example");
        let call = platform.anonymous("GET", "/inventory/managedObjects");
        let call = call.user(
            &format!("{tenant}/{name}"),
            user["password"].as_str().unwrap(),
        );
        call.send().await.expect(200);
    }
}

#[tokio::test]
async fn the_platform_knows_all_secrets_that_it_has_ever_given_out() {
    let builder = LocalPlatform::builder().administrator("second", "one of its own");
    let builder = builder.bootstrap_password("for the bootstrap");
    let platform = TestPlatform::of(builder.start().expect("a platform"));
    let secrets = platform.platform.secrets();
    let wrong = platform.anonymous("GET", "/application/currentApplication/subscriptions");
    let user = "t100/servicebootstrap_example";
    wrong.user(user, PASSWORD).send().await.expect(401);
    let call = platform.anonymous("GET", "/application/currentApplication/subscriptions");
    let call = call.user(user, "for the bootstrap");
    let seen = call.send().await.expect(200).json();
    let former = seen["users"][1]["password"].as_str().expect("a password");
    let own = platform.anonymous("GET", "/user/currentUser");
    let own = own.user("t101/second", "one of its own");
    own.send().await.expect(200);

    let id = platform.platform.application_id();
    let path = format!("{}/{id}", applications("t101"));
    platform.delete("t100", &path).await.expect(204);
    let body = json!({"application": {"id": id}});
    platform
        .post("t100", &applications("t101"), body)
        .await
        .expect(201);
    let known = secrets.list();
    let call = platform.anonymous("GET", "/application/currentApplication/subscriptions");
    let call = call.user(user, "for the bootstrap");
    let seen = call.send().await.expect(200).json();
    let users = seen["users"].as_array().expect("a list");
    let now = users
        .iter()
        .map(|user| user["password"].as_str().expect("a password"));
    let all = now.chain([former, PASSWORD, "one of its own", "for the bootstrap"]);
    for secret in all {
        assert!(known.contains(secret), "{secret} is not in {known:?}");
    }
}

#[tokio::test]
async fn a_service_user_holds_exactly_the_required_roles() {
    let manifest = json!({
        "apiVersion": "2", "name": "reader", "version": "1.0.0", "provider": "c8y",
        "requiredRoles": ["ROLE_INVENTORY_READ", "ROLE_USER_MANAGEMENT_OWN_READ"],
    });
    let platform = TestPlatform::with_manifest(manifest);
    let user = service_user(&platform, "t101")
        .await
        .expect("a subscription");
    let password = user["password"].as_str().unwrap();
    let call = |method, path| {
        platform
            .anonymous(method, path)
            .user("t101/service_reader", password)
    };
    let seen = call("GET", "/user/currentUser")
        .send()
        .await
        .expect(200)
        .json();
    let roles: Vec<&str> = seen["effectiveRoles"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|r| r["id"].as_str())
        .collect();
    assert_eq!(
        roles,
        ["ROLE_INVENTORY_READ", "ROLE_USER_MANAGEMENT_OWN_READ"]
    );
    let object = call("POST", "/inventory/managedObjects").json(&json!({"name": "a"}));
    assert_eq!(object.send().await.refused(403), "security/Forbidden");
}

#[tokio::test]
async fn unsubscribing_removes_the_service_user_and_resubscribing_makes_a_new_password() {
    let platform = TestPlatform::start();
    let before = service_user(&platform, "t102")
        .await
        .expect("a subscription");
    let id = platform.platform.application_id();
    let path = applications("t102");

    platform
        .delete("t100", &format!("{path}/{id}"))
        .await
        .expect(204);
    assert_eq!(service_user(&platform, "t102").await, None);
    let call = platform.anonymous("GET", "/inventory/managedObjects");
    let call = call.user("t102/service_example", before["password"].as_str().unwrap());
    call.send().await.expect(401);
    platform
        .delete("t100", &format!("{path}/{id}"))
        .await
        .expect(404);

    platform
        .post("t100", &path, json!({"application": {"id": id}}))
        .await
        .expect(201);
    let after = service_user(&platform, "t102")
        .await
        .expect("a subscription");
    assert_ne!(before["password"], after["password"]);
}

#[tokio::test]
async fn a_tenant_is_subscribed_by_id_or_self_and_only_once() {
    let platform = TestPlatform::start();
    let id = platform.platform.application_id();
    let path = applications("t103");
    platform
        .delete("t100", &format!("{path}/{id}"))
        .await
        .expect(204);
    let link = format!("{}/application/applications/{id}", platform.platform.url());
    let by_self = json!({"application": {"self": link}});
    let answer = platform
        .post("t100", &path, by_self.clone())
        .await
        .expect(201);
    assert_eq!(answer.json()["application"]["id"], json!(id));
    assert_eq!(
        platform.post("t100", &path, by_self).await.refused(409),
        "tenant/Duplicate"
    );
    let by_id = json!({"application": {"id": id}});
    assert_eq!(platform.post("t100", &path, by_id).await.status, 409);
}

#[tokio::test]
async fn only_the_owner_subscribes_tenants() {
    let platform = TestPlatform::start();
    let id = platform.platform.application_id();
    let body = json!({"application": {"id": id}});
    platform
        .post("t101", &applications("t102"), body)
        .await
        .expect(403);
    platform
        .delete("t101", &format!("{}/{id}", applications("t102")))
        .await
        .expect(403);
    let unknown = json!({"application": {"id": "999999"}});
    platform
        .post("t100", &applications("t101"), unknown)
        .await
        .expect(404);
}

#[tokio::test]
async fn a_tenants_applications_are_listed_for_its_parent() {
    let platform = TestPlatform::start();
    let seen = platform
        .get("t100", &applications("t101"))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["references"][0]["application"]["name"], "example");
    platform
        .get("t101", &applications("t102"))
        .await
        .expect(403);
}

#[tokio::test]
async fn a_tenant_that_nobody_knows_has_no_applications() {
    let platform = TestPlatform::start();
    let seen = platform
        .get("t100", &applications("t999"))
        .await
        .expect(200);
    assert_eq!(seen.json()["references"], json!([]));
}

#[tokio::test]
async fn an_owner_does_not_subscribe_tenants_that_are_not_its_own() {
    let platform = TestPlatform::start();
    let new = json!({"name": "other", "key": "k", "type": "MICROSERVICE"});
    let id = platform
        .post("t101", "/application/applications", new)
        .await
        .expect(201)
        .id();
    let body = json!({"application": {"id": id}});
    for (caller, tenant, status) in [
        ("t101", "t102", 403),
        ("t102", "t102", 404),
        ("t101", "t101", 201),
        ("t100", "t102", 201),
    ] {
        let path = applications(tenant);
        let answer = platform.post(caller, &path, body.clone()).await;
        assert_eq!(
            answer.status, status,
            "{caller} for {tenant}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_subscription_needs_an_application_and_a_tenant_that_are_there() {
    let platform = TestPlatform::start();
    for wrong in [
        json!({}),
        json!({"application": {}}),
        json!({"application": "1"}),
    ] {
        let answer = platform.post("t100", &applications("t101"), wrong).await;
        answer.refused(422);
    }
    let id = platform.platform.application_id();
    let body = json!({"application": {"id": id}});
    let answer = platform.post("t100", &applications("t999"), body).await;
    answer.refused(404);
    let path = format!("{}/{id}", applications("t999"));
    platform.delete("t100", &path).await.refused(404);
}

#[tokio::test]
async fn a_tenant_cannot_leave_an_application_of_another_one_by_itself() {
    let platform = TestPlatform::start();
    let id = platform.platform.application_id();
    let path = format!("{}/{id}", applications("t101"));
    platform.delete("t101", &path).await.refused(403);
    platform.delete("t100", &path).await.expect(204);
}
