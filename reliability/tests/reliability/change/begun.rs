//! A stop while work for tenants has begun that no caller waits for any more.

use std::time::Duration;

use local_platform::Fault;
use reqwest::StatusCode;

use crate::support::{Plan, answer, eventually};

const KIND: &str = "c8y_Begun";

#[tokio::test]
async fn work_that_has_begun_is_done_before_the_service_ends() {
    let mut stage = Plan::tenants(3).env("REQUEST_TIMEOUT", "2000").start();
    let slow = Fault::latency(Duration::from_secs(5))
        .at("/identity")
        .of("t101");
    stage.platform.inject(slow.times(1));
    let seen = answer(stage.create_alarms(KIND)).await;
    assert_eq!(seen.status, StatusCode::MULTI_STATUS, "{seen:?}");
    assert_eq!(seen.reports()[1]["outcome"], "unknown", "{seen:?}");
    stage.service.terminate().expect("the service runs");
    let ended = async || stage.service.exit_status().expect("its end can be seen");
    let status = eventually("the end", ended, Option::is_some).await;
    let code = status.and_then(|status| status.code());
    assert_eq!(code, Some(0), "{:#?}", stage.service.log());
    let alarms = stage.alarms("t101", KIND).await;
    assert_eq!(alarms.len(), 1, "{alarms:?}; {:#?}", stage.service.log());
}
