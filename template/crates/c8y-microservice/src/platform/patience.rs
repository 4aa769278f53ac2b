//! How long an answer is waited for.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::PlatformError;

/// The time of one attempt, and the longest silence in it.
pub(super) struct Patience {
    end: Instant,
    silence: Duration,
}

impl Patience {
    pub(super) fn new(time: Duration, silence: Duration) -> Self {
        Self {
            end: Instant::now() + time,
            silence,
        }
    }

    /// Waits for the next part of an answer.
    pub(super) async fn wait<F: Future>(&self, part: F) -> Result<F::Output, PlatformError> {
        let last = self.end.min(Instant::now() + self.silence);
        let waited = timeout_at(last, part).await;
        waited.map_err(|_elapsed| {
            let reason = if last < self.end {
                format!(
                    "timed out: nothing came for {} ms",
                    self.silence.as_millis()
                )
            } else {
                "timed out: its time was over".to_owned()
            };
            PlatformError::NoAnswer(reason)
        })
    }
}
