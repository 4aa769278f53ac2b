//! The memory that many bodies take.
#![cfg(target_os = "linux")]

use std::future::pending;
use std::time::{Duration, Instant};

use local_platform::Fault;
use reqwest::StatusCode;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::slow::authorization;
use reliability::counted;

use crate::support::process::memory;
use crate::support::{Plan, Stage, answer};

/// Of the largest that there may be: seven megabytes and a half, in a container of ten.
const CALLERS: usize = 30;
const BODY: usize = 256 * 1024;
/// What the service may grow by, which holds a megabyte of bodies, connections, and what the
/// allocator keeps.
const GROWTH: u64 = 5_000_000;

fn small() -> Plan {
    Plan::tenants(1)
        .env("MEMORY_LIMIT", "10M")
        .env("SERVER_MAX_CONNECTIONS", "100")
        .env("REQUEST_TIMEOUT", "6000")
}

/// Sends all of a body but its last byte, for as long as the service takes it and longer.
async fn hold(mut connection: TcpStream, headers: String) {
    let head = format!(
        "POST /createAlarms HTTP/1.1\r\nhost: service\r\n{headers}\r\ncontent-length: {BODY}\r\n\r\n"
    );
    let body = " ".repeat(BODY - 1);
    // Refused and closed before all of it is taken, mostly.
    if connection.write_all(head.as_bytes()).await.is_ok() {
        connection.write_all(body.as_bytes()).await.ok();
    }
    pending::<()>().await;
}

/// The most that the service grows by while many send their bodies at once.
async fn growth(stage: &Stage, headers: &str) -> u64 {
    let pid = stage.service.pid();
    let before = memory(pid);
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let connection = TcpStream::connect(stage.service.address()).await;
        let connection = connection.expect("a connection");
        callers.spawn(hold(connection, headers.to_owned()));
    }
    let mut most = before;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        most = most.max(memory(pid));
        sleep(Duration::from_millis(20)).await;
    }
    most - before
}

fn within_bounds(test: &str, grown: u64) {
    let bodies = (CALLERS as u64, "bodies of 256 KiB at once");
    counted(test, &[bodies, (grown / 1024, "KiB of growth")]);
    assert!(
        grown < GROWTH,
        "{grown} bytes for {CALLERS} bodies of {BODY}"
    );
}

#[tokio::test]
async fn bodies_of_verified_callers_share_a_tenth_of_the_memory() {
    let stage = small().start();
    // All that is done once is done, and small bodies have room meanwhile.
    assert_eq!(answer(stage.create_alarms("c8y_Before")).await.status, 200);
    let grown = growth(&stage, &authorization()).await;
    within_bounds(
        "at_once::bodies_of_verified_callers_share_a_tenth_of_the_memory",
        grown,
    );
    let seen = answer(stage.create_alarms("c8y_Meanwhile")).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
}

#[tokio::test]
async fn bodies_of_callers_who_are_not_verified_are_not_read() {
    let stage = small().start();
    assert_eq!(answer(stage.create_alarms("c8y_Before")).await.status, 200);
    let slow = Fault::latency(Duration::from_hours(1)).at("/user/currentUser");
    stage.platform.inject(slow);
    let grown = growth(&stage, "authorization: Basic dDEwMS94Onk=").await;
    within_bounds(
        "at_once::bodies_of_callers_who_are_not_verified_are_not_read",
        grown,
    );
}
