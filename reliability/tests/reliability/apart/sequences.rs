//! Random sequences of callers, requests and changes of the subscriptions, beside a simple model of
//! what each caller may see.

mod model;
mod world;

use std::cell::Cell;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use reliability::counted;
use tokio::runtime::Runtime;

use crate::support::seed;
use model::{Step, step};
use world::World;

const LONGEST: usize = 16;

#[test]
fn everyone_sees_what_the_model_says() {
    run("sequences::everyone_sees_what_the_model_says", 64);
}

#[test]
#[ignore = "long: about 10 minutes"]
fn everyone_sees_what_the_model_says_long() {
    run("sequences::everyone_sees_what_the_model_says_long", 2_000);
}

fn run(test: &str, sequences: u32) {
    let runtime = Runtime::new().expect("a runtime");
    let world = runtime.block_on(World::start());
    let (steps, changes) = (Cell::new(0), Cell::new(0));
    let config = Config {
        cases: sequences,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    seed::rng().fill(&mut bytes);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let ended = TestRunner::new_with_rng(config, rng).run(&vec(step(), 1..=LONGEST), |sequence| {
        for step in &sequence {
            steps.set(steps.get() + 1);
            let is_change = matches!(step, Step::Subscribe(_) | Step::Unsubscribe(_));
            changes.set(changes.get() + u64::from(is_change));
            let taken = runtime.block_on(world.take(step));
            taken.map_err(|why| TestCaseError::fail(format!("{step:?}: {why}")))?;
        }
        Ok(())
    });
    if let Err(error) = ended {
        panic!("{error}");
    }
    let counts = [
        (u64::from(sequences), "random sequences"),
        (steps.get(), "steps"),
        (changes.get(), "changes of subscriptions"),
    ];
    counted(test, &counts);
}
