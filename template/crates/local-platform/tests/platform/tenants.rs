//! Tenants, and that they are apart.

mod options;
mod request_counts;
mod statistics;

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

fn new_tenant(domain: &str) -> serde_json::Value {
    json!({
        "company": "Acme", "domain": domain, "adminEmail": "admin@example.com",
        "adminName": "admin", "adminPass": "local-platform",
    })
}

#[tokio::test]
async fn a_tenant_is_changed_by_the_one_above_it() {
    let platform = TestPlatform::start();
    let path = "/tenant/tenants/t101";
    let update = json!({
        "company": "Acme", "contactName": "Kim", "customProperties": {"language": "de"},
        "id": "t999", "parent": "t102", "domain": "acme.localhost",
    });
    let seen = platform.put("t100", path, update).await.expect(200).json();
    assert_eq!(
        (&seen["id"], &seen["parent"]),
        (&json!("t101"), &json!("t100"))
    );
    assert_eq!(seen["company"], "Acme");
    let current = platform.get("t101", "/tenant/currentTenant").await.json();
    assert_eq!(current["customProperties"], json!({"language": "de"}));
    assert_eq!(current["domainName"], "acme.localhost");
    let subscribed = &current["applications"]["references"];
    assert_eq!(subscribed[0]["application"]["name"], "example");
    let update = json!({"contactName": null, "company": null});
    let seen = platform.put("t100", path, update).await.expect(200).json();
    assert_eq!(
        (seen.get("contactName"), &seen["company"]),
        (None, &json!("Acme"))
    );
    platform.put("t102", path, json!({})).await.refused(404);
    platform
        .put("t100", "/tenant/tenants/t999", json!({}))
        .await
        .refused(404);
}

#[tokio::test]
async fn a_domain_leads_to_one_tenant_and_is_free_again_after_it() {
    let platform = TestPlatform::start();
    let tenants = "/tenant/tenants";
    let path = "/tenant/tenants/t101";
    let taken = json!({"domain": "T102.localhost"});
    platform.put("t100", path, taken).await.refused(409);
    let other = json!({"domain": "other.localhost"});
    platform.put("t100", path, other).await.expect(200);
    let call = platform.anonymous("GET", "/tenant/currentTenant");
    let call = call.user("admin", local_platform::PASSWORD);
    let seen = call.header("host", "other.localhost:8111").send().await;
    assert_eq!(seen.expect(200).json()["name"], "t101");
    let new = new_tenant("t101.localhost");
    platform.post("t100", tenants, new).await.expect(201);
    platform.delete("t100", path).await.expect(204);
    let new = new_tenant("other.localhost");
    platform.post("t100", tenants, new).await.expect(201);
}

#[tokio::test]
async fn details_that_a_tenant_cannot_have_are_refused() {
    let platform = TestPlatform::start();
    for wrong in [
        json!({"domain": "a b"}),
        json!({"domain": ""}),
        json!({"adminName": "a/b"}),
        json!({"contactName": "x".repeat(31)}),
        json!({"company": 7}),
        json!({"customProperties": []}),
        json!({"status": "ASLEEP"}),
        json!({"adminPass": "short"}),
    ] {
        let answer = platform.put("t100", "/tenant/tenants/t101", wrong.clone());
        assert_eq!(
            answer.await.refused(422),
            "undefined/validationError",
            "{wrong}"
        );
    }
    let mut without_password = new_tenant("acme.localhost");
    without_password["adminPass"] = json!(null);
    let refused = platform.post("t100", "/tenant/tenants", without_password);
    assert!(refused.await.expect(422).text.contains("adminPass"));
}

#[tokio::test]
async fn the_users_of_a_suspended_tenant_are_refused_until_it_is_active_again() {
    let platform = TestPlatform::start();
    let service = platform
        .service("t101", "GET", "/inventory/managedObjects")
        .await;
    let path = "/tenant/tenants/t101";
    let suspend = json!({"status": "SUSPENDED"});
    let seen = platform
        .put("t100", path, suspend.clone())
        .await
        .expect(200);
    assert_eq!(seen.json()["status"], "SUSPENDED");
    platform
        .get("t101", "/tenant/currentTenant")
        .await
        .refused(401);
    service.send().await.refused(401);
    platform
        .put("t100", path, json!({"status": "ACTIVE"}))
        .await
        .expect(200);
    platform
        .get("t101", "/tenant/currentTenant")
        .await
        .expect(200);
    let own = "/tenant/tenants/t100";
    let seen = platform.put("t100", own, suspend).await.expect(200).json();
    assert_eq!(seen["status"], "ACTIVE");
}

#[tokio::test]
async fn a_tenant_is_deleted_with_the_applications_that_it_has() {
    let platform = TestPlatform::start();
    let new =
        json!({"name": "other", "key": "k", "type": "MICROSERVICE", "availability": "MARKET"});
    let id = platform
        .post("t101", "/application/applications", new)
        .await
        .expect(201)
        .id();
    let reference = json!({"application": {"id": id}});
    platform
        .post("t100", "/tenant/tenants/t102/applications", reference)
        .await
        .expect(201);
    platform
        .delete("t102", "/tenant/tenants/t101")
        .await
        .refused(403);
    platform
        .delete("t100", "/tenant/tenants/t101")
        .await
        .expect(204);
    platform
        .get("t101", "/tenant/currentTenant")
        .await
        .refused(401);
    platform
        .get("t102", &format!("/application/applications/{id}"))
        .await
        .refused(404);
    platform
        .delete("t100", "/tenant/tenants/t101")
        .await
        .refused(404);
    platform
        .delete("t100", "/tenant/tenants/t100")
        .await
        .refused(403);
}

#[tokio::test]
async fn a_tenant_shows_its_parent_on_request_and_what_it_offers_on_the_market() {
    let platform = TestPlatform::start();
    let current = "/tenant/currentTenant";
    let seen = platform.get("t101", current).await.json();
    assert_eq!(
        (seen.get("parent"), &seen["allowCreateTenants"]),
        (None, &json!(false))
    );
    let path = format!("{current}?withParent=true");
    assert_eq!(platform.get("t101", &path).await.json()["parent"], "t100");
    let seen = platform.get("t100", &path).await.json();
    assert_eq!(
        (seen.get("parent"), &seen["allowCreateTenants"]),
        (None, &json!(true))
    );
    for (name, availability) in [("offered", "MARKET"), ("own", "PRIVATE")] {
        let new = json!({
            "name": name, "key": name, "type": "EXTERNAL", "availability": availability,
        });
        platform
            .post("t101", "/application/applications", new)
            .await
            .expect(201);
    }
    let seen = platform.get("t100", "/tenant/tenants/t101").await.json();
    let offered = seen["ownedApplications"]["references"]
        .as_array()
        .expect("a list");
    let offered: Vec<_> = offered
        .iter()
        .map(|it| &it["application"]["name"])
        .collect();
    assert_eq!(offered, ["offered"]);
}

#[tokio::test]
async fn tenants_are_found_by_domain_and_company() {
    let platform = TestPlatform::start();
    let new = new_tenant("acme.localhost");
    platform
        .post("t100", "/tenant/tenants", new)
        .await
        .expect(201);
    for query in ["domain=acme.localhost", "company=Acme"] {
        let path = format!("/tenant/tenants?{query}");
        let seen = platform.get("t100", &path).await.expect(200).json();
        assert_eq!(seen["tenants"].as_array().map(Vec::len), Some(1), "{query}");
        assert_eq!(seen["tenants"][0]["id"], "t104", "{query}");
    }
}
