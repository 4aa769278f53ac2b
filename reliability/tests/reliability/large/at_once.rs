//! The memory that many bodies take.
#![cfg(target_os = "linux")]

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use local_platform::Fault;
use reqwest::StatusCode;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::slow::authorization;
use reliability::counted;

use crate::support::process::{computed, memory};
use crate::support::{Plan, Stage, answer};

/// Of the largest that there may be: seven megabytes and a half, in a container of ten.
const CALLERS: usize = 30;
const BODY: usize = 256 * 1024;
/// What the service may grow by, which holds a megabyte of bodies, connections, and what the
/// allocator keeps.
const GROWTH: u64 = 5_000_000;
const UNKNOWN: &str = "authorization: Basic dDEwMS94Onk=";

fn small() -> Plan {
    Plan::tenants(1)
        .env("MEMORY_LIMIT", "10M")
        .env("SERVER_MAX_CONNECTIONS", "100")
        .env("REQUEST_TIMEOUT", "6000")
}

/// Sends a text for as long as the service takes it, and longer.
async fn hold(mut connection: TcpStream, text: Arc<str>) {
    // Refused and closed before all of it is taken, mostly.
    connection.write_all(text.as_bytes()).await.ok();
    pending::<()>().await;
}

/// The most that the service grows by while many send as much as it takes, all at once.
async fn growth(stage: &Stage, text: String) -> u64 {
    let text: Arc<str> = text.into();
    let pid = stage.service.pid();
    let before = memory(pid);
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let connection = TcpStream::connect(stage.service.address()).await;
        let connection = connection.expect("a connection");
        callers.spawn(hold(connection, Arc::clone(&text)));
    }
    let mut most = before;
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        most = most.max(memory(pid));
        sleep(Duration::from_millis(20)).await;
    }
    most - before
}

/// Of bodies that lack their last byte. Those of the second kind have no end, whatever is stated: that
/// is how the HTTP server sees an upgrade.
async fn growth_by_bodies(stage: impl AsyncFn() -> Stage, headers: &str) -> u64 {
    let mut most = 0;
    let length = format!("content-length: {BODY}");
    for framing in [&length, "upgrade: websocket\r\ncontent-length: 1"] {
        let mut text = format!(
            "POST /createAlarms HTTP/1.1\r\nhost: service\r\n{headers}\r\n{framing}\r\n\r\n"
        );
        text.push_str(&" ".repeat(BODY - 1));
        let stage = stage().await;
        let grown = growth(&stage, text).await;
        assert!(
            grown < GROWTH,
            "{framing}: {grown} bytes for {CALLERS} bodies of {BODY}"
        );
        // Small bodies have room.
        let meanwhile = answer(stage.create_alarms("c8y_Meanwhile")).await;
        assert_eq!(meanwhile.status, StatusCode::OK, "{meanwhile:?}");
        most = most.max(grown);
    }
    most
}

/// Once all that is done once is done.
async fn warm() -> Stage {
    let stage = small().start();
    assert_eq!(answer(stage.create_alarms("c8y_Before")).await.status, 200);
    stage
}

/// As [`warm`], at a platform that says of nobody new who that is.
async fn warm_and_waiting() -> Stage {
    let stage = warm().await;
    let slow = Fault::latency(Duration::from_hours(1)).at("/user/currentUser");
    stage.platform.inject(slow);
    stage
}

/// As many as a body has bytes for.
fn many_requests() -> String {
    let request = "GET / HTTP/1.1\r\nhost:a\r\n\r\n";
    request.repeat(BODY / request.len())
}

fn count(test: &str, what: &'static str, grown: u64) {
    let callers = (CALLERS as u64, what);
    counted(test, &[callers, (grown / 1024, "KiB of growth")]);
}

#[tokio::test]
async fn bodies_of_verified_callers_share_a_tenth_of_the_memory() {
    let grown = growth_by_bodies(warm, &authorization()).await;
    let test = "at_once::bodies_of_verified_callers_share_a_tenth_of_the_memory";
    count(test, "bodies of 256 KiB at once", grown);
}

#[tokio::test]
async fn bodies_of_callers_who_are_not_verified_are_not_read() {
    let grown = growth_by_bodies(warm_and_waiting, UNKNOWN).await;
    let test = "at_once::bodies_of_callers_who_are_not_verified_are_not_read";
    count(test, "bodies of 256 KiB at once", grown);
}

#[tokio::test]
async fn requests_behind_one_that_is_being_served_are_not_read() {
    let stage = warm_and_waiting().await;
    let mut sent = format!("GET /greeting HTTP/1.1\r\nhost: service\r\n{UNKNOWN}\r\n\r\n");
    sent.push_str(&many_requests());
    let grown = growth(&stage, sent).await;
    let test = "at_once::requests_behind_one_that_is_being_served_are_not_read";
    count(test, "connections with 10,082 requests behind one", grown);
    assert!(grown < GROWTH, "{grown} bytes");
}

/// A body that has come to its end, whatever its caller sends behind it.
#[tokio::test]
async fn requests_behind_a_chunked_body_keep_nobody_busy() {
    let stage = warm().await;
    let hang = Fault::latency(Duration::from_hours(1)).at("/alarm");
    stage.platform.inject(hang);
    let login = authorization();
    let mut text = format!(
        "POST /createAlarms HTTP/1.1\r\nhost: service\r\n{login}\r\n\
         transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
    );
    text.push_str(&many_requests());
    let before = computed(stage.service.pid());
    // Three seconds, in which a task that wakes itself again and again would compute as many.
    let grown = growth(&stage, text).await;
    let took = computed(stage.service.pid()).saturating_sub(before);
    assert!(took <= Duration::from_secs(1), "{took:?} of computing");
    assert!(grown < GROWTH, "{grown} bytes");
}
