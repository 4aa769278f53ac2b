//! Settings: read with the credentials of today, and not there only where the platform says so.

use local_platform::Fault;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::secrets::USER;
use crate::support::{Plan, Stage, answer};

const SETTINGS: &str = "/application/currentApplication/settings";

async fn set(stage: &Stage, tenant: &str, greeting: &str) {
    let path = format!("/tenant/options/{}", stage.platform.context_path());
    let request = stage.of_platform(tenant, Method::PUT, &path);
    stage
        .done(request.json(&json!({ "greeting": greeting })))
        .await;
}

/// A client of settings that keeps the first credentials fails from the first rotation on. The poll
/// comes too late to help.
#[tokio::test]
async fn settings_are_read_with_the_credentials_of_today() {
    let plan = Plan::tenants(4).env("C8Y_BOOTSTRAP_DELAY", "600000");
    let stage = plan.start();
    for tenant in ["t101", "t102", "t103"] {
        set(&stage, tenant, tenant).await;
        let seen = answer(stage.direct(tenant, Method::GET, "/alarms")).await;
        assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
        stage.unsubscribe(tenant).await;
        stage.subscribe(tenant).await;
        let seen = answer(stage.direct(tenant, Method::GET, "/greeting")).await;
        assert_eq!(seen.body, format!("{tenant}, {USER}!"), "{seen:?}");
    }
}

/// Whoever takes a failed read for an empty one greets with the default.
#[tokio::test]
async fn a_read_that_fails_is_not_taken_for_no_settings() {
    let stage = Plan::tenants(2).start();
    set(&stage, "t101", "Own").await;
    for fault in [
        Fault::status(401),
        Fault::status(403),
        Fault::status(404),
        Fault::status(500),
        Fault::dropped(),
        Fault::half_body(),
    ] {
        stage.platform.inject(fault.at(SETTINGS));
        let seen = answer(stage.direct("t101", Method::GET, "/greeting")).await;
        assert!(seen.status.is_server_error(), "{seen:?}");
        assert!(!seen.body.to_string().contains("Hello"), "{seen:?}");
        stage.platform.clear_faults();
    }
    // Nor is the failure kept.
    let seen = answer(stage.direct("t101", Method::GET, "/greeting")).await;
    assert_eq!(seen.body, format!("Own, {USER}!"), "{seen:?}");
}
