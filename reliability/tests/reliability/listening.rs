//! Where the service listens that the local platform runs.
#![cfg(target_os = "linux")]

use std::net::{IpAddr, Ipv4Addr};

use crate::support::Plan;
use crate::support::process::listening;

#[tokio::test]
async fn a_service_of_the_local_platform_listens_on_the_loopback_interface_alone() {
    let stage = Plan::tenants(1).start();
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    assert_eq!(listening(stage.service.pid()), [loopback].into());
}
