//! Tenants, and that they are apart.

use local_platform::LocalPlatform;
use serde_json::json;

use crate::helpers::TestPlatform;

#[tokio::test]
async fn tenants_do_not_see_each_others_data() {
    let platform = TestPlatform::start();
    let id = platform.object("t101").await;
    let name = json!({"type": "serial", "externalId": "1"});
    let path = format!("/identity/globalIds/{id}/externalIds");
    platform.post("t101", &path, name.clone()).await.expect(201);

    platform
        .get("t102", &format!("/inventory/managedObjects/{id}"))
        .await
        .expect(404);
    platform
        .get("t102", "/identity/externalIds/serial/1")
        .await
        .expect(404);
    platform.post("t102", &path, name.clone()).await.expect(404);
    let seen = platform
        .get("t102", "/inventory/managedObjects")
        .await
        .expect(200);
    assert_eq!(seen.json()["managedObjects"], json!([]));

    let own = platform.object("t102").await;
    let path = format!("/identity/globalIds/{own}/externalIds");
    platform.post("t102", &path, name).await.expect(201);
}

#[tokio::test]
async fn users_of_another_tenant_are_out_of_reach() {
    let platform = TestPlatform::start();
    platform.get("t101", "/user/t102/users").await.expect(403);
    platform
        .delete("t100", "/user/t101/users/admin")
        .await
        .expect(403);
}

#[tokio::test]
async fn the_owner_makes_a_tenant_with_the_next_id_and_an_administrator() {
    let platform = TestPlatform::start();
    let new = json!({
        "company": "Acme", "domain": "acme.localhost", "adminEmail": "admin@example.com",
        "adminName": "admin", "adminPass": "local-platform",
    });
    let made = platform
        .post("t100", "/tenant/tenants", new.clone())
        .await
        .expect(201)
        .json();
    assert_eq!(made["id"], "t104");
    assert_eq!(made["parent"], "t100");
    assert_eq!(made.get("adminPass"), None);
    platform
        .get("t104", "/tenant/currentTenant")
        .await
        .expect(200);
    platform
        .get("t100", "/tenant/tenants/t104")
        .await
        .expect(200);
    assert_eq!(
        platform
            .post("t100", "/tenant/tenants", new)
            .await
            .refused(409),
        "tenant/Duplicate"
    );
}

#[tokio::test]
async fn a_tenant_needs_company_domain_and_email_and_only_the_owner_makes_one() {
    let platform = TestPlatform::start();
    let answer = platform
        .post("t100", "/tenant/tenants", json!({"company": "Acme"}))
        .await;
    assert!(answer.text.contains("adminEmail,domain"), "{}", answer.text);
    answer.refused(422);
    let new = json!({"company": "Acme", "domain": "a.localhost", "adminEmail": "a@example.com"});
    platform
        .post("t101", "/tenant/tenants", new)
        .await
        .expect(403);
}

#[tokio::test]
async fn the_number_of_further_tenants_can_be_chosen() {
    let platform = LocalPlatform::builder()
        .further_tenants(7)
        .start()
        .expect("a platform");
    let platform = TestPlatform::of(platform);
    let path = "/tenant/tenants?pageSize=100&withTotalElements=true";
    let seen = platform.get("t100", path).await.expect(200).json();
    assert_eq!(seen["statistics"]["totalElements"], 7);
    assert_eq!(platform.subscriptions().await.len(), 8);
}

#[tokio::test]
async fn tenants_stand_in_the_order_of_their_numbers() {
    let platform = LocalPlatform::builder().further_tenants(901).start();
    let platform = TestPlatform::of(platform.expect("a platform"));
    let expected: Vec<String> = (100..=1001).map(|number| format!("t{number}")).collect();
    assert_eq!(platform.platform.tenants(), expected);
    let subscribed = platform.subscriptions().await;
    let subscribed: Vec<_> = subscribed.iter().map(|user| &user["tenant"]).collect();
    assert_eq!(subscribed, expected.iter().collect::<Vec<_>>());
}
