//! Callers that take their time, and never let go by themselves.
//!
//! Each test opens many connections, answers honest callers meanwhile, and waits until the service
//! has given up all of them, however hard they hold on.
#![cfg(target_os = "linux")]

mod crowd;
mod raw;

use std::time::{Duration, Instant};

use reliability::counted;
use tokio::time::timeout;

use crate::support::Plan;
use crowd::outlasted;
pub(crate) use raw::authorization;
use raw::{LIVENESS, ask, connect, drip, flood, rest, send};

/// The time for the head of a request: enough for an honest one on a busy machine.
const HEAD_MS: u64 = 2_000;

/// A service that waits for nothing longer than four seconds.
fn hasty() -> Plan {
    Plan::tenants(2)
        .env("REQUEST_HEAD_TIMEOUT", &HEAD_MS.to_string())
        .env("SERVER_KEEP_ALIVE", "1000")
        .env("REQUEST_TIMEOUT", "4000")
}

/// The head of a request, without its end.
const HEAD: &str = "GET /greeting HTTP/1.1\r\nhost: service\r\nx-slow: ";

#[tokio::test]
async fn heads_byte_by_byte_are_given_up() {
    let stage = hasty().start();
    let kinds = ["the first", "a later one"];
    outlasted(&stage, 60, &kinds, async |kind, mut connection| {
        if kind == "a later one" {
            let answer = ask(&mut connection, LIVENESS).await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
        drip(connection, HEAD, "x").await;
    })
    .await;
}

/// Of verified callers, and of others, who are told so at once and go on all the same.
#[tokio::test]
async fn bodies_that_do_not_come_to_their_end_are_given_up() {
    let stage = hasty().start();
    let kinds = [
        "content-length: 1000|",
        "transfer-encoding: chunked|",
        "upgrade: websocket|",
        "content-length: 1000| ",
        "transfer-encoding: chunked|1\r\n \r\n",
    ];
    let with_login = kinds.map(|kind| format!("{}\r\n{kind}", authorization()));
    let kinds = kinds.map(str::to_owned).into_iter().chain(with_login);
    let kinds: Vec<_> = kinds.collect();
    outlasted(&stage, 120, &kinds, async |kind, mut connection| {
        let (headers, body) = kind.split_once('|').expect("headers and a body");
        let head = format!("POST /createAlarms HTTP/1.1\r\nhost: service\r\n{headers}\r\n\r\n");
        if body.is_empty() {
            send(&mut connection, &head).await;
            rest(&mut connection).await;
        } else {
            drip(connection, &head, body).await;
        }
    })
    .await;
}

/// A request has few bytes and its answer many, so that the answers to many requests fill all
/// buffers on the way.
#[tokio::test]
async fn answers_that_nobody_reads_are_given_up() {
    // What fills the buffers takes long on a busy machine.
    let stage = hasty().env("REQUEST_HEAD_TIMEOUT", "20000").start();
    let login = authorization();
    let kinds = [
        "GET /metrics HTTP/1.1\r\nhost: service\r\n\r\n".to_owned(),
        format!("GET /greeting HTTP/1.1\r\nhost: service\r\n{login}\r\n\r\n"),
    ];
    outlasted(&stage, 10, &kinds, async |request, connection| {
        flood(connection, &request).await;
    })
    .await;
}

#[tokio::test]
async fn idle_connections_are_given_up_while_others_are_served() {
    const NUMBER: usize = 1_000;
    let stage = hasty().env("SERVER_MAX_CONNECTIONS", "20000").start();
    let answered = outlasted(&stage, NUMBER, &[""], async |_, mut connection| {
        rest(&mut connection).await;
    })
    .await;
    counted(
        "slow::idle_connections_are_given_up_while_others_are_served",
        &[
            (NUMBER as u64, "idle connections"),
            (answered, "requests answered meanwhile"),
        ],
    );
}

/// All places are taken at first, and then by those who have waited: everybody has a turn.
#[tokio::test]
async fn connections_up_to_the_bound_hold_up_others_only_so_long() {
    let stage = hasty().env("SERVER_MAX_CONNECTIONS", "20").start();
    let begun = Instant::now();
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(connect(&stage).await);
    }
    let mut honest = connect(&stage).await;
    let answer = within_reason(ask(&mut honest, LIVENESS)).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let waited = begun.elapsed();
    // Less means that there is no bound.
    assert!(waited >= Duration::from_millis(HEAD_MS), "{waited:?}");
    for mut connection in idle {
        let answer = within_reason(rest(&mut connection)).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
}

async fn within_reason<F: Future>(future: F) -> F::Output {
    let output = timeout(Duration::from_secs(30), future).await;
    output.expect("an end within half a minute")
}
