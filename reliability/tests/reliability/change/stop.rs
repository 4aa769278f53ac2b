//! SIGTERM under load: whoever was let in is answered.
//!
//! A request counts as accepted when its connection was there and its bytes were sent while the
//! port was open, as the system's list of sockets shows it; or at once on a new connection, which
//! there is only while the port is open.

mod caller;

use std::time::{Duration, Instant};

use fastrand::Rng;
use local_platform::Service;
use procfs::net::TcpState;
use reliability::counted;
use tokio::task::JoinSet;

use crate::support::Plan;
use crate::support::program::service_program;
use crate::support::seed;
use caller::{Caller, Kind, Tally};

/// What all rounds have counted.
#[derive(Default)]
struct Counts {
    answered: u64,
    late: u64,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_accepted_request_is_answered() {
    stop_again_and_again("every_accepted_request_is_answered", 4).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: about 5 minutes"]
async fn every_accepted_request_is_answered_long() {
    stop_again_and_again("every_accepted_request_is_answered_long", 150).await;
}

async fn stop_again_and_again(name: &str, rounds: u64) {
    let mut rng = seed::rng();
    let platform = Plan::tenants(3).platform();
    let mut counts = Counts::default();
    for round in 0..rounds {
        let delay = Duration::from_millis(rng.u64(0..200));
        let service = Service::new(service_program())
            .env("SHUTDOWN_DELAY", delay.as_millis().to_string())
            // However late a busy machine lets it read.
            .env("REQUEST_HEAD_TIMEOUT", "60000")
            // Fewer than there are callers: the rest waits to be accepted.
            .env(
                "SERVER_MAX_CONNECTIONS",
                if rng.bool() { "8" } else { "900" },
            );
        let mut service = platform
            .deploy(service)
            .unwrap_or_else(|error| panic!("{error}"));
        let callers = callers(service.address(), &mut rng);
        tokio::time::sleep(Duration::from_millis(rng.u64(100..400))).await;
        service.terminate().expect("the service runs");
        let open_until = open_until(service.address().port()).await;
        let tally = tally(callers).await;
        let status = tokio::task::block_in_place(|| service.wait(Duration::from_secs(30)));
        let status = status.expect("its end can be seen");
        let code = status.and_then(|status| status.code());
        assert_eq!(code, Some(0), "{status:?}: {:#?}", service.log());
        let lost: Vec<_> = tally
            .lost
            .iter()
            .filter(|it| it.was_accepted(open_until))
            .collect();
        assert!(
            lost.is_empty(),
            "round {round}, stopped with a delay of {delay:?}: of {} requests, {} were accepted and \
             not answered: {lost:#?}; the port was open until {open_until:?}; {:#?}",
            tally.answered,
            lost.len(),
            service.log(),
        );
        assert!(tally.answered > 0, "nobody was answered");
        counts.answered += tally.answered;
        counts.late += tally.lost.len() as u64;
    }
    counted(
        &format!("stop::{name}"),
        &[
            (rounds, "stops under load"),
            (counts.answered, "requests answered"),
            (0, "accepted and lost"),
            (counts.late, "sent into a connection that was being closed"),
        ],
    );
}

/// Callers at full rate: with a new connection for each request, with one that is kept, and with one
/// that is idle most of the time.
fn callers(address: std::net::SocketAddr, rng: &mut Rng) -> JoinSet<Tally> {
    let mut callers = JoinSet::new();
    for kind in [Kind::New, Kind::Kept, Kind::Idle] {
        for _ in 0..8 {
            let caller = Caller::new(kind, address, rng.fork());
            callers.spawn(caller.call_until_nothing_listens());
        }
    }
    callers
}

async fn tally(callers: JoinSet<Tally>) -> Tally {
    let all = tokio::time::timeout(Duration::from_mins(1), callers.join_all());
    let all = all.await.expect("callers end when nothing listens");
    all.into_iter().fold(Tally::default(), Tally::and)
}

/// The last moment at which the port was seen open.
async fn open_until(port: u16) -> Instant {
    let watch = move || {
        let mut last = Instant::now();
        let deadline = last + Duration::from_secs(30);
        loop {
            let now = Instant::now();
            if !is_open(port) {
                return last;
            }
            assert!(now < deadline, "port {port} stays open");
            last = now;
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    let watching = tokio::task::spawn_blocking(watch);
    watching.await.expect("it is seen")
}

fn is_open(port: u16) -> bool {
    let sockets = procfs::net::tcp().expect("the system's list of sockets");
    let mut listening = sockets.iter().filter(|it| it.state == TcpState::Listen);
    listening.any(|it| it.local_address.port() == port)
}
