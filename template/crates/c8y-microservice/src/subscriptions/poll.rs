//! Reading the subscriptions again and again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tracing::{debug, info, warn};

use super::{Subscriptions, SubscriptionsError};
use crate::config::TenantSource;
use crate::health::Health;
use crate::registration::Registration;

/// The loop behind [`Subscriptions`]: the application key and the list, first at the start, then
/// after each pause. Where the service registers itself, that comes before.
pub(crate) struct Poll {
    subscriptions: Subscriptions,
    health: Health,
    pace: Pace,
    registration: Option<Registration>,
}

/// Why a step failed.
pub(crate) struct Failure {
    /// For the log.
    pub(crate) detail: String,
    /// For everyone: without the platform's own words, which may name a tenant.
    pub(crate) summary: String,
}

impl Poll {
    pub(crate) fn new(
        subscriptions: Subscriptions,
        health: Health,
        delay: Duration,
        registration: Option<Registration>,
    ) -> Self {
        Self {
            subscriptions,
            health,
            pace: Pace::new(delay),
            registration,
        }
    }

    /// Runs as long as the service. What cannot change is not read again once it is known.
    pub(crate) async fn run(mut self) {
        let changes = match self.subscriptions.source() {
            TenantSource::Subscriptions => true,
            TenantSource::Single(_) => false,
            TenantSource::Disabled if self.registration.is_some() => false,
            TenantSource::Disabled => return std::future::pending().await,
        };
        loop {
            let result = self.step().await;
            let succeeded = result.is_ok();
            self.report(result);
            if succeeded && !changes {
                return std::future::pending().await;
            }
            tokio::time::sleep(self.pace.pause_after(succeeded)).await;
        }
    }

    /// One read of everything that bootstrap needs. Answers the number of tenants.
    async fn step(&self) -> Result<usize, Failure> {
        if let Some(registration) = &self.registration {
            registration.ensure().await?;
        }
        let tenants = self.subscriptions.refresh().await;
        if let (Some(registration), Err(error)) = (&self.registration, &tenants) {
            registration.doubt(error);
        }
        match tenants {
            Ok(tenants) => Ok(tenants.len()),
            Err(SubscriptionsError::Disabled) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the result for health, and logs it as an event only where the state changes.
    fn report(&self, result: Result<usize, Failure>) {
        let summary = result.as_ref().map_err(|failure| failure.summary.as_str());
        let changed = self.health.record_bootstrap(summary.copied());
        match (result, changed) {
            (Ok(tenants), true) => info!(tenants, "bootstrap: the tenants are known"),
            (Ok(tenants), false) => debug!(tenants, "bootstrap: the tenants are read again"),
            (Err(Failure { detail, .. }), true) => {
                warn!(error = %detail, "bootstrap: failing, and tried until it succeeds");
            }
            (Err(Failure { detail, .. }), false) => {
                debug!(error = %detail, "bootstrap: still failing");
            }
        }
    }
}

impl From<SubscriptionsError> for Failure {
    fn from(error: SubscriptionsError) -> Self {
        Self {
            detail: error.to_string(),
            summary: error.summary(),
        }
    }
}

/// How long to wait between two reads.
struct Pace {
    delay: Duration,
    ever_succeeded: bool,
    backoff: Option<ExponentialBackoff>,
}

impl Pace {
    /// Part of a pause that is left to chance, so that the replicas of a service do not ask all at
    /// once.
    const JITTER: f64 = 0.1;
    /// Pauses after failures grow up to this multiple of the delay.
    const LONGEST: u32 = 6;
    /// Before the first success the first pause is this part of the delay: a service that starts a
    /// moment before the platform answers is ready soon after.
    const EAGER: u32 = 10;

    fn new(delay: Duration) -> Self {
        Self {
            delay,
            ever_succeeded: false,
            backoff: None,
        }
    }

    fn pause_after(&mut self, succeeded: bool) -> Duration {
        if succeeded {
            self.ever_succeeded = true;
            self.backoff = None;
            return Self::jittered(self.delay);
        }
        let longest = self.delay * Self::LONGEST;
        let first = if self.ever_succeeded {
            self.delay
        } else {
            self.delay / Self::EAGER
        };
        let backoff = self.backoff.get_or_insert_with(|| {
            let growing = ExponentialBuilder::new()
                .with_min_delay(first)
                .with_max_delay(longest);
            growing.without_max_times().build()
        });
        Self::jittered(backoff.next().unwrap_or(longest))
    }

    fn jittered(pause: Duration) -> Duration {
        pause.mul_f64(1.0 + Self::JITTER * (2.0 * fastrand::f64() - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAY: Duration = Duration::from_secs(10);

    fn near(pause: Duration, expected: Duration) -> bool {
        pause >= expected.mul_f64(0.9) && pause <= expected.mul_f64(1.1)
    }

    #[test]
    fn pauses_after_success_are_the_delay_with_jitter() {
        let mut pace = Pace::new(DELAY);
        let pauses: Vec<_> = (0..100).map(|_| pace.pause_after(true)).collect();
        assert!(pauses.iter().all(|pause| near(*pause, DELAY)), "{pauses:?}");
        assert!(
            pauses.iter().any(|pause| *pause != pauses[0]),
            "no jitter: {pauses:?}"
        );
    }

    #[test]
    fn pauses_after_failures_double_up_to_a_bound_and_success_ends_them() {
        let mut pace = Pace::new(DELAY);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            let pause = pace.pause_after(false);
            assert!(
                near(pause, Duration::from_secs(seconds)),
                "{pause:?}, not {seconds} s"
            );
        }
        assert!(near(pace.pause_after(true), DELAY));
        for seconds in [10, 20, 40, 60] {
            let pause = pace.pause_after(false);
            assert!(
                near(pause, Duration::from_secs(seconds)),
                "{pause:?}, not {seconds} s"
            );
        }
    }
}
