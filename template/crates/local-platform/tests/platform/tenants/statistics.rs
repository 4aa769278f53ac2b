//! Usage statistics.

use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const SUMMARY: &str = "/tenant/statistics/summary";

async fn device(platform: &TestPlatform, tenant: &str) -> String {
    let device = json!({"name": "Motor", "c8y_IsDevice": {}});
    let answer = platform.post(tenant, "/inventory/managedObjects", device);
    answer.await.expect(201).id()
}

#[tokio::test]
async fn a_summary_counts_what_a_tenant_has_and_what_it_did() {
    let platform = TestPlatform::start();
    device(&platform, "t101").await;
    platform.object("t101").await;
    platform.object("t102").await;
    let seen = platform.get("t101", SUMMARY).await.expect(200);
    let media = seen.header("content-type").to_owned();
    assert!(media.contains("tenantusagestatisticssummary"), "{media}");
    let seen = seen.json();
    assert_eq!(seen["inventoriesCreatedCount"], 2, "{seen}");
    assert_eq!(seen["totalResourceCreateAndUpdateCount"], 2);
    assert_eq!(seen["deviceCount"], 1);
    assert_eq!(seen["deviceEndpointCount"], 1);
    assert_eq!(seen["subscribedApplications"], json!(["example"]));
    assert!(seen["storageSize"].as_u64() > Some(0), "{seen}");
    for count in [
        "alarmsCreatedCount",
        "alarmsUpdatedCount",
        "deviceRequestCount",
        "deviceWithChildrenCount",
        "eventsCreatedCount",
        "eventsUpdatedCount",
        "inventoriesUpdatedCount",
        "measurementsCreatedCount",
        "operationsCreatedCount",
        "operationsUpdatedCount",
        "requestCount",
    ] {
        assert!(seen[count].is_u64(), "{count} in {seen}");
    }
}

#[tokio::test]
async fn devices_with_children_are_told_from_those_without() {
    let platform = TestPlatform::start();
    let (parent, child) = (
        device(&platform, "t101").await,
        device(&platform, "t101").await,
    );
    let path = format!("/inventory/managedObjects/{parent}/childDevices");
    let reference = json!({"managedObject": {"id": child}});
    platform.post("t101", &path, reference).await.expect(201);
    let seen = platform.get("t101", SUMMARY).await.expect(200).json();
    assert_eq!(seen["deviceCount"], 2);
    assert_eq!(seen["deviceWithChildrenCount"], 1);
    assert_eq!(seen["deviceEndpointCount"], 1);
}

#[tokio::test]
async fn the_resources_of_shared_instances_are_their_owners() {
    let platform = TestPlatform::start();
    let used_by = async |tenant| {
        let seen = platform.get(tenant, SUMMARY).await.expect(200);
        seen.json()["resources"]["usedBy"].clone()
    };
    let owners = used_by("t100").await;
    assert_eq!(
        (&owners[0]["name"], &owners[0]["cause"]),
        (&json!("example"), &json!("Owner"))
    );
    assert_eq!(used_by("t101").await, json!([]));
}

#[tokio::test]
async fn a_summary_is_of_the_days_that_it_is_asked_for() {
    let platform = TestPlatform::start();
    platform.object("t101").await;
    let created = async |days: &str| {
        let seen = platform.get("t101", &format!("{SUMMARY}?{days}")).await;
        seen.expect(200).json()["inventoriesCreatedCount"].clone()
    };
    assert_eq!(created("dateFrom=2020-01-01").await, 1);
    assert_eq!(created("dateFrom=2020-01-01&dateTo=2020-02-01").await, 0);
    assert_eq!(created("dateFrom=2200-01-01").await, 0);
    let wrong = format!("{SUMMARY}?dateFrom=yesterday");
    platform.get("t101", &wrong).await.refused(422);
}

#[tokio::test]
async fn the_summary_of_another_tenant_is_for_its_parent() {
    let platform = TestPlatform::start();
    device(&platform, "t101").await;
    let of = |tenant: &str| format!("{SUMMARY}?tenant={tenant}");
    let seen = platform.get("t100", &of("t101")).await.expect(200).json();
    assert_eq!(seen["deviceCount"], 1);
    platform.get("t101", &of("t101")).await.expect(200);
    platform.get("t102", &of("t101")).await.refused(403);
    platform.get("t100", &of("t999")).await.refused(404);
}

#[tokio::test]
async fn a_summary_is_for_those_who_read_statistics_or_the_inventory() {
    let platform = TestPlatform::start();
    platform
        .user("t101", "reader", &["ROLE_INVENTORY_READ"])
        .await;
    platform
        .user("t101", "stranger", &["ROLE_ALARM_READ"])
        .await;
    let call = |name: &str, path| {
        let call = platform.anonymous("GET", path);
        call.user(&format!("t101/{name}"), PASSWORD).send()
    };
    call("reader", SUMMARY).await.expect(200);
    call("stranger", SUMMARY).await.refused(403);
    call("reader", "/tenant/statistics").await.refused(403);
}

#[tokio::test]
async fn statistics_are_listed_day_by_day_and_for_all_tenants() {
    let platform = TestPlatform::start();
    platform.object("t101").await;
    let seen = platform.get("t101", "/tenant/statistics").await;
    let seen = seen.expect(200).json();
    let days = seen["usageStatistics"].as_array().expect("days");
    let created = days.iter().map(|it| &it["inventoriesCreatedCount"]);
    let created: u64 = created.filter_map(Value::as_u64).sum();
    assert_eq!(created, 1, "{seen}");

    let all = "/tenant/statistics/allTenantsSummary";
    let seen = platform.get("t100", all).await.expect(200).json();
    let tenants = seen.as_array().expect("tenants").iter();
    let tenants: Vec<&Value> = tenants.map(|it| &it["tenantId"]).collect();
    assert_eq!(tenants, ["t101", "t102", "t103"]);
}
