//! Requests, as the platform's statistics count them.

use serde_json::Value;

use crate::helpers::{TestPlatform, service_with};

async fn counts(platform: &TestPlatform, tenant: &str) -> (Value, Value) {
    let path = "/tenant/statistics/summary";
    let summary = platform.get(tenant, path).await.expect(200).json();
    let count = |name: &str| summary[name].clone();
    (count("requestCount"), count("deviceRequestCount"))
}

#[tokio::test]
async fn a_request_counts_for_its_tenant_whatever_comes_of_it() {
    let platform = TestPlatform::start();
    let (requests, device_requests) = counts(&platform, "t101").await;
    assert_eq!((requests, device_requests), (0.into(), 0.into()));
    platform.get("t102", "/alarm/alarms").await.expect(200);
    platform.get("t101", "/alarm/alarms").await.expect(200);
    platform.get("t101", "/alarm/alarms/7").await.expect(404);
    // The one before, these two, and the one that asks for it.
    let (requests, device_requests) = counts(&platform, "t101").await;
    assert_eq!((requests, device_requests), (3.into(), 2.into()));
    let (requests, device_requests) = counts(&platform, "t102").await;
    assert_eq!((requests, device_requests), (1.into(), 1.into()));
}

#[tokio::test]
async fn a_request_of_an_application_is_no_devices_if_the_tenant_uses_it() {
    let platform = TestPlatform::start();
    for key in ["example-microservice-key", "another-key"] {
        let call = platform.request("t101", "GET", "/alarm/alarms");
        let call = call.header("x-cumulocity-application-key", key);
        call.send().await.expect(200);
    }
    let (requests, device_requests) = counts(&platform, "t101").await;
    assert_eq!((requests, device_requests), (2.into(), 1.into()));
}

#[tokio::test]
async fn requests_through_the_gateway_count_but_not_those_for_a_health() {
    let platform = TestPlatform::start();
    let service = service_with(|| async { "served" });
    platform.platform.set_target("example", service);
    for path in ["/service/example/work", "/service/example/health"] {
        platform.get("t101", path).await.expect(200);
    }
    let (requests, device_requests) = counts(&platform, "t101").await;
    assert_eq!((requests, device_requests), (1.into(), 1.into()));
}

#[tokio::test]
async fn what_a_service_asks_for_its_subscriptions_does_not_count() {
    let platform = TestPlatform::start();
    platform.subscriptions().await;
    let (requests, device_requests) = counts(&platform, "t100").await;
    assert_eq!((requests, device_requests), (0.into(), 0.into()));
}
