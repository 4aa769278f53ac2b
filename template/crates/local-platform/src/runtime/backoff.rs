//! How long an instance that has failed stays down.

use std::time::Duration;

/// Doubles from failure to failure, and begins again after a process that has lived long enough.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) fn between(first: Duration, most: Duration) -> Self {
        let next = first.min(most);
        Self { first, most, next }
    }

    /// The time until the next start, after a process that has lived this long.
    pub(super) fn after(&mut self, lived: Duration) -> Duration {
        // As Kubernetes has it: ten minutes without a failure, which is twice its longest delay.
        if lived >= self.most.saturating_mul(2) {
            self.next = self.first.min(self.most);
        }
        let delay = self.next;
        self.next = delay.saturating_mul(2).min(self.most);
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_begin_again_after_a_long_life() {
        let seconds = Duration::from_secs;
        let mut backoff = Backoff::between(seconds(10), seconds(60));
        let delays: Vec<u64> = (0..5)
            .map(|_| backoff.after(seconds(1)).as_secs())
            .collect();
        assert_eq!(delays, [10, 20, 40, 60, 60]);
        assert_eq!(backoff.after(seconds(120)), seconds(10));
    }
}
