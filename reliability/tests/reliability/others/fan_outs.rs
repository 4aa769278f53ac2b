//! A fan-out serves every tenant, whatever becomes of the others.

use std::time::Duration;

use local_platform::Fault;
use reqwest::StatusCode;

use crate::support::{Plan, answer};

/// More than there are turns at once, so that waiting for one would hold up the rest.
const TENANTS: usize = 40;

#[tokio::test]
async fn one_tenant_that_fails_stops_no_other_one() {
    let stage = Plan::tenants(TENANTS).start();
    for (tenant, fault) in [
        ("t100", Fault::status(500)),
        ("t101", Fault::dropped()),
        ("t139", Fault::status(403)),
    ] {
        stage.platform.inject(fault.at("/alarm").of(tenant));
    }
    let seen = answer(stage.create_alarms("c8y_Failing")).await;
    assert_eq!(seen.status, StatusCode::MULTI_STATUS, "{seen:?}");
    let reports = seen.reports();
    assert_eq!(reports.len(), TENANTS);
    let failed: Vec<_> = reports
        .iter()
        .filter(|it| it["outcome"] != "created")
        .collect();
    let tenants: Vec<_> = failed.iter().map(|it| it["tenant"].clone()).collect();
    assert_eq!(tenants, ["t100", "t101", "t139"], "{failed:#?}");
}

#[tokio::test]
async fn one_tenant_that_is_slow_holds_up_no_other_one() {
    let stage = Plan::tenants(TENANTS)
        .env("REQUEST_TIMEOUT", "8000")
        .start();
    let slow = Fault::latency(Duration::from_mins(10));
    stage.platform.inject(slow.at("/alarm").of("t100"));
    let seen = answer(stage.create_alarms("c8y_Slow")).await;
    assert_eq!(seen.status, StatusCode::MULTI_STATUS, "{seen:?}");
    for report in seen.reports() {
        let is_slow = report["tenant"] == "t100";
        let expected = if is_slow { "unknown" } else { "created" };
        assert_eq!(report["outcome"], expected, "{report}");
    }
    stage.platform.clear_faults();
}
