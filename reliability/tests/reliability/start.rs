//! The stage itself.

use reqwest::StatusCode;

use crate::support::{Plan, answer};

#[tokio::test]
async fn works() {
    let stage = Plan::tenants(200).start();
    let seen = answer(stage.create_alarms("c8y_Start")).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    assert_eq!(seen.reports().len(), 200);
}
