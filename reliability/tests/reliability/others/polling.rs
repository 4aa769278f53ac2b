//! The subscriptions are read again and again, whatever happened to one read.

use local_platform::Fault;
use reqwest::{Method, StatusCode};

use crate::support::{Plan, answer, eventually};

const LIST: &str = "/application/currentApplication/subscriptions";

/// After each kind of failure a tenant that comes is found, and one that goes is missed, by the poll
/// alone: nobody calls meanwhile.
#[tokio::test]
async fn polling_goes_on_after_every_kind_of_failure() {
    let stage = Plan::tenants(2).start();
    for (number, fault) in [
        Fault::status(401),
        Fault::status(403),
        Fault::status(404),
        Fault::status(500),
        Fault::status(503),
        Fault::dropped(),
        Fault::reset(),
        Fault::half_body(),
    ]
    .into_iter()
    .enumerate()
    {
        let fault = stage.platform.inject(fault.at(LIST));
        eventually(
            "a read that fails",
            async || fault.hits(),
            |hits| *hits >= 2,
        )
        .await;
        stage.platform.clear_faults();
        let (line, change) = if number.is_multiple_of(2) {
            ("the tenant has left", false)
        } else {
            ("the tenant is subscribed", true)
        };
        let seen = |lines: &[String]| lines.iter().filter(|it| it.contains(line)).count();
        let before = seen(&stage.service.log());
        if change {
            stage.subscribe("t101").await;
        } else {
            stage.unsubscribe("t101").await;
        }
        eventually(
            "the change is noticed",
            async || seen(&stage.service.log()),
            |number| *number > before,
        )
        .await;
    }
    let seen = answer(stage.direct("t101", Method::GET, "/greeting")).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
}
