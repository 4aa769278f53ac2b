//! The time that a request to the platform has.

use std::time::Duration;

use tokio::time::Instant;

use super::PlatformError;
use crate::deadline;

/// Waits for what goes on without, for as long as the time lasts of the request being served.
pub(crate) async fn wait_for<F: Future>(work: F) -> Result<F::Output, PlatformError> {
    let deadline = deadline::current();
    let output = deadline::before_the_end(deadline.as_ref(), work).await;
    output.ok_or_else(|| PlatformError::NoAnswer("its time was over".to_owned()))
}

/// The end of a request's time, with all that belongs to it: waiting, attempts, pauses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    end: Instant,
}

impl Budget {
    /// This long from now, unless the work that the request is for ends before.
    pub(crate) fn of(limit: Duration) -> Self {
        Self {
            end: Instant::now() + limit,
        }
    }

    /// The time that is left, down to zero.
    pub(crate) fn left(&self) -> Duration {
        let left = self.end.saturating_duration_since(Instant::now());
        deadline::remaining().map_or(left, |remaining| left.min(remaining))
    }
}
