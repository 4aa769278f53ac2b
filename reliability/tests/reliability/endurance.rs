//! Mixed load for half an hour: every request is answered as it should be, and nothing in the
//! service's process grows.
//!
//! What can be seen of a process from outside is its memory, its threads, its file descriptors and
//! its connections to the platform, on Linux alone. A task that never ends keeps memory, and mostly a
//! connection, so that tasks have no count of their own.
#![cfg(target_os = "linux")]

mod load;
mod process;
mod site;

use std::env;
use std::rc::Rc;
use std::time::{Duration, Instant};

use reliability::counted;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep;

use crate::support::{Plan, eventually, seed};
use load::Load;
use process::{Growth, Process};
use site::Site;

const TENANTS: usize = 50;

#[tokio::test]
async fn nothing_grows_under_mixed_load() {
    // Too short for the allocator to have seen all that it will.
    let allowed = Growth::bytes(2 << 20);
    endure(
        "nothing_grows_under_mixed_load",
        Duration::from_secs(12),
        allowed,
    )
    .await;
}

/// `ENDURANCE_SECONDS` makes it shorter or longer.
#[tokio::test]
#[ignore = "long: about 30 minutes"]
async fn nothing_grows_under_mixed_load_long() {
    let seconds = env::var("ENDURANCE_SECONDS").unwrap_or_else(|_| "1800".to_owned());
    let seconds = seconds.parse().expect("ENDURANCE_SECONDS is a number");
    let allowed = Growth::bytes(1 << 20);
    endure(
        "nothing_grows_under_mixed_load_long",
        Duration::from_secs(seconds),
        allowed,
    )
    .await;
}

async fn endure(name: &str, time: Duration, allowed: Growth) {
    let callers = LocalSet::new();
    callers.run_until(load_and_watch(name, time, allowed)).await;
}

async fn load_and_watch(name: &str, time: Duration, allowed: Growth) {
    let mut rng = seed::rng();
    let stage = Plan::tenants(TENANTS)
        .env("C8Y_BOOTSTRAP_DELAY", "1000")
        // A connection that no request came over is gone soon enough for the end of the test.
        .env("REQUEST_HEAD_TIMEOUT", "15000")
        .env("SERVER_KEEP_ALIVE", "5000")
        .quiet()
        .start();
    let process = Process::of(&stage);
    let site = Rc::new(Site::new(stage));
    let end = Instant::now() + time;
    let mut callers = JoinSet::new();
    for load in Load::ALL {
        callers.spawn_local(load.until(end, Rc::clone(&site), rng.fork()));
    }
    let mut samples = Vec::new();
    while Instant::now() < end {
        samples.push(process.sample());
        sleep(time / 300).await;
    }
    callers.join_all().await;
    let (counts, unexpected) = site.seen();
    let log = site.stage.service.log();
    let log = &log[log.len().saturating_sub(20)..];
    assert!(
        unexpected.is_empty(),
        "{} answers were not as expected, of {counts:?}: {:#?}; {log:#?}",
        unexpected.len(),
        &unexpected[..unexpected.len().min(10)],
    );
    for load in Load::ALL {
        let name = load.name();
        assert!(counts.contains_key(name), "there was no load: {name}");
    }
    let (before, after) = process::compare(&samples, allowed);
    let numbers = counts.iter().map(|(name, number)| (*number, *name));
    let mut numbers: Vec<_> = numbers.collect();
    numbers.extend([
        (0, "errors"),
        (
            before.anonymous / 1024,
            "KiB of memory in the second fifth of the time",
        ),
        (after.anonymous / 1024, "KiB in the last one"),
        (before.descriptors, "file descriptors in the second fifth"),
        (after.descriptors, "in the last one"),
    ]);
    counted(&format!("endurance::{name}"), &numbers);

    // Whoever called has gone, and so has what was kept for them.
    let connections = async || process.sample().callers;
    let none = |number: &u64| *number == 0;
    eventually("that no caller's connection is left", connections, none).await;
}
