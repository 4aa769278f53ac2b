//! Whatever goes wrong at the platform, or on the way there, during a fan-out over 200 tenants.
//!
//! Of every call the same is promised: it is answered in time; every tenant has exactly one alarm of
//! it, or an outcome that says why not; no tenant has another one's alarm, and none is raised by
//! another tenant's user. Then nothing goes wrong any more, and the next call is whole.

mod held_up;
mod kinds;
mod names;
mod promise;
mod rounds;
mod tally;
mod world;

use fastrand::Rng;
use futures_util::future::join_all;
use local_platform::InjectedFault;
use reliability::counted;

use crate::support::seed;
use kinds::{KINDS, Kind};
use rounds::Round;
use tally::Tally;
use world::World;

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_alone_leaves_one_alarm_or_a_reason() {
    // Mostly something is waited for: two halves at once take half of the time.
    let (some, others) = KINDS.split_at(KINDS.len() / 2);
    tokio::join!(each_alone(some), each_alone(others));
}

/// Every second tenant has no source, so that all of the requests are made.
async fn each_alone(kinds: &[Kind]) {
    let mut world = World::start().await;
    world.is_whole_again().await;
    for (name, fault) in kinds {
        let without_source: Vec<_> = world.tenants().into_iter().step_by(2).collect();
        world.delete_sources(&without_source).await;
        let faults = ["/alarm", "/inventory", "/identity"].map(|path| {
            let fault = fault().at(path).share(0.1);
            world.stage.platform.inject(fault)
        });
        let call = world.call().await;
        let kind = call.kind.clone();
        let answer = world.end(call, name).await;
        world.stage.platform.clear_faults();
        let met: u64 = faults.iter().map(InjectedFault::hits).sum();
        assert!(met > 0, "{name}: nothing went wrong");
        world.tally.faults += met;
        world.check(&kind, &answer, name, false).await;
    }
    world.is_whole_again().await;
    world.check_all_calls().await;
    world.tally.conclude();
}

#[tokio::test(flavor = "multi_thread")]
async fn kinds_mixed_at_random_leave_one_alarm_or_a_reason() {
    mixed_at_random(2, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: about 8 minutes"]
async fn kinds_mixed_at_random_leave_one_alarm_or_a_reason_long() {
    let tally = mixed_at_random(4, 125).await;
    counted(
        "faults::kinds_mixed_at_random_leave_one_alarm_or_a_reason_long",
        &[
            (500, "random rounds"),
            (tally.outcomes, "outcomes checked"),
            (tally.alarms, "alarms found"),
            (tally.faults, "faults met"),
            (tally.refused, "calls refused as a whole"),
        ],
    );
}

/// Some worlds at once, with so many rounds each: mostly something is waited for.
async fn mixed_at_random(worlds: usize, rounds: u64) -> Tally {
    let mut rng = seed::rng();
    let worlds = (0..worlds).map(|_| mixed_in_one_world(rng.fork(), rounds));
    let tallies = join_all(worlds).await.into_iter();
    let tally = tallies.fold(Tally::default(), Tally::and);
    tally.conclude();
    tally
}

async fn mixed_in_one_world(mut rng: Rng, rounds: u64) -> Tally {
    let mut world = World::start().await;
    for round in 1..=rounds {
        let tenants = world.tenants();
        Round::random(&mut rng, &tenants).run(&mut world).await;
        if round % 10 == 0 || round == rounds {
            world.is_whole_again().await;
            world.check_all_calls().await;
            println!("{round} rounds of {rounds}");
        }
    }
    world.tally
}
