//! Waiting for what happens elsewhere, with a bound.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// Far beyond what anything takes here, also on a busy machine: only a failing test waits that
/// long.
const DEADLINE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(10);

/// Looks again and again until what it sees is as expected, and answers it. Fails with what it saw
/// last.
pub(crate) async fn eventually<T: Debug>(
    what: &str,
    mut look: impl AsyncFnMut() -> T,
    expected: impl Fn(&T) -> bool,
) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let seen = look().await;
        if expected(&seen) {
            return seen;
        }
        assert!(
            Instant::now() < deadline,
            "not within {DEADLINE:?}: {what}; last seen: {seen:#?}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}

/// Waits for a future that has nothing left to wait for.
pub(crate) async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(DEADLINE, future)
        .await
        .unwrap_or_else(|_| panic!("not within {DEADLINE:?}: {what}"))
}
