//! What the tries of a probe say about an instance, by the probe's delay, period and thresholds.

use std::time::{Duration, Instant};

use packaging::Probe;

/// A probe with what its tries have said so far.
#[derive(Debug)]
pub(super) struct Health {
    good: bool,
    /// Tries in a row that speak against `good`.
    against: u64,
    due: Instant,
    period: Duration,
    /// Successes and failures in a row that change what is so.
    thresholds: (u64, u64),
}

impl Health {
    /// Of a process that has just started, and counts as good or bad until tries say otherwise.
    pub(super) fn of(probe: &Probe, started: Instant, good: bool) -> Self {
        Self {
            good,
            against: 0,
            due: started + Duration::from_secs(probe.initial_delay_seconds),
            period: Duration::from_secs(probe.period_seconds),
            thresholds: (probe.success_threshold, probe.failure_threshold),
        }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.due
    }

    /// Lets the next try come sooner than the period has it.
    pub(super) fn try_at(&mut self, time: Instant) {
        self.due = time;
    }

    /// Takes in a try, and says what is so from now on, where that has changed.
    pub(super) fn take(&mut self, success: bool, now: Instant) -> Option<bool> {
        self.due = now + self.period;
        if success == self.good {
            self.against = 0;
            return None;
        }
        self.against += 1;
        let (successes, failures) = self.thresholds;
        if self.against < if success { successes } else { failures } {
            return None;
        }
        (self.good, self.against) = (success, 0);
        Some(success)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn probe() -> Probe {
        let probe = json!({
            "tcpSocket": {"host": "localhost", "port": 80}, "initialDelaySeconds": 5, "periodSeconds": 7,
            "successThreshold": 2, "failureThreshold": 3,
        });
        serde_json::from_value(probe).expect("a probe")
    }

    #[test]
    fn a_probe_begins_after_its_delay_and_goes_on_in_its_period() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut health = Health::of(&probe(), start, false);
        assert!(!health.is_due(at(4)));
        assert!(health.is_due(at(5)));
        health.take(true, at(5));
        assert!(!health.is_due(at(11)));
        assert!(health.is_due(at(12)));
    }

    #[test]
    fn only_as_many_tries_in_a_row_as_the_thresholds_say_change_anything() {
        let now = Instant::now();
        let mut health = Health::of(&probe(), now, false);
        let mut changes = |tries: &[bool]| -> Vec<Option<bool>> {
            tries
                .iter()
                .map(|success| health.take(*success, now))
                .collect()
        };
        assert_eq!(
            changes(&[true, false, true, true]),
            [None, None, None, Some(true)]
        );
        assert_eq!(changes(&[false, false, true, false, false]), [None; 5]);
        assert_eq!(changes(&[false, true]), [Some(false), None]);
    }
}
