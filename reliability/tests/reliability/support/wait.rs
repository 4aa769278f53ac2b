//! Waiting with a deadline.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// How long anything that a test waits for may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tries until `attempt` gives what `is_done` accepts, and fails with what it saw last.
pub(crate) async fn eventually<T: Debug>(
    what: &str,
    mut attempt: impl AsyncFnMut() -> T,
    is_done: impl Fn(&T) -> bool,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = attempt().await;
        if is_done(&seen) {
            return seen;
        }
        assert!(
            Instant::now() < deadline,
            "not seen: {what}; last: {seen:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
