//! Until when the work at hand is worth anything: the end of the life of the request being served.
//!
//! The deadline goes along with the work, also onto the background runtime, so that nothing on the
//! way has to pass it on.

use std::time::Duration;

use tokio::time::Instant;

tokio::task_local! {
    static DEADLINE: Instant;
}

/// The deadline of the work that runs here. Jobs and polls have none.
pub(crate) fn current() -> Option<Instant> {
    DEADLINE.try_with(|deadline| *deadline).ok()
}

/// The time that is left, down to zero.
#[expect(dead_code, reason = "asked by retries and fan-outs")]
pub(crate) fn remaining() -> Option<Duration> {
    current().map(|deadline| deadline.saturating_duration_since(Instant::now()))
}

/// Runs work that has this deadline. Whoever waits for the work ends it.
pub(crate) async fn scope<F: Future>(deadline: Option<Instant>, work: F) -> F::Output {
    match deadline {
        Some(deadline) => DEADLINE.scope(deadline, work).await,
        None => work.await,
    }
}
