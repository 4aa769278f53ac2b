//! Runs bodies with many inputs, and looks at the clock and the memory.

use std::env;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::bodies::{ALL, Body};
use super::{MEMORY, inputs};

/// For one input, on a machine that has other things to do as well.
const LONGEST: Duration = Duration::from_secs(30);
/// Bytes of memory that any input may take, and that each byte of it may.
const BASE: usize = 128 * 1024;
const EACH: usize = 100;

/// One body after the other, because memory is counted of the whole process; the number of inputs.
/// `BODY` names one alone.
pub(crate) fn all(cases: u32) -> u64 {
    let seed = env::var("SEED").map_or_else(
        |_| fastrand::u64(..),
        |text| text.parse().expect("SEED is a number"),
    );
    println!("SEED={seed}");
    let chosen = env::var("BODY").ok();
    let mut inputs = 0;
    for body in ALL {
        if chosen.as_ref().is_none_or(|name| name == body.name) {
            samples(&body);
            one(body, cases, seed);
            inputs += u64::from(cases);
        }
    }
    inputs
}

fn samples(body: &Body) {
    for sample in body.samples {
        body.run(sample.as_bytes());
    }
}

/// On a thread of its own, so that an input that does not end is told.
fn one(body: Body, cases: u32, seed: u64) {
    let current = Arc::new(Mutex::new(Vec::new()));
    let (sender, receiver) = mpsc::channel();
    let work = {
        let current = Arc::clone(&current);
        thread::spawn(move || {
            let result = runner(cases, seed).run(&inputs::of(&body), |input| {
                current
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone_from(&input);
                // Nobody may be waiting any more.
                let _ = sender.send(());
                measured(&body, &input);
                Ok(())
            });
            // A failing input is shown with what it failed with.
            result.map_err(|failure| failure.to_string())
        })
    };
    loop {
        match receiver.recv_timeout(LONGEST) {
            Ok(()) => {}
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let input = current.lock().unwrap_or_else(PoisonError::into_inner);
                let text = String::from_utf8_lossy(&input).into_owned();
                panic!("{}: no end within {LONGEST:?} of {text:?}", body.name);
            }
        }
    }
    let result = work.join().expect("it catches panics");
    result.unwrap_or_else(|failure| panic!("{}: {failure}", body.name));
}

fn runner(cases: u32, seed: u64) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    TestRunner::new_with_rng(config, rng)
}

fn measured(body: &Body, input: &[u8]) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    body.run(input);
    let taken = MEMORY.peak_usage().saturating_sub(before);
    let most = BASE + EACH * input.len();
    assert!(
        taken <= most,
        "{taken} bytes of memory for {} of input",
        input.len()
    );
}
