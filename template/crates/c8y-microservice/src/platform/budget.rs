//! The time that a request to the platform has.

use std::time::Duration;

use tokio::time::Instant;

use crate::deadline;

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
