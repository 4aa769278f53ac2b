//! Until when the work at hand is worth anything: the end of the life of the request being served.
//!
//! The deadline goes along with the work, also onto the background runtime, so that nothing on the
//! way has to pass it on. A part of the time is set apart for answering: whoever works for a request
//! has to be done before, so that the caller still hears what came of it.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

tokio::task_local! {
    static DEADLINE: Deadline;
}

/// The end of a request's life: that of its time limit, or of the service if that is sooner.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    limit: Instant,
    reserve: Duration,
    stop: Stop,
}

/// When the service will have stopped, once it is told to. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    end: watch::Sender<Option<Instant>>,
    arrivals: Arc<AtomicU64>,
}

impl Stop {
    /// Ends the time of all requests, now and from now on, a moment before `limit` is over: so that
    /// they are answered, and not cut off.
    pub(crate) fn within(&self, limit: Duration) {
        let end = Instant::now() + limit.saturating_sub(reserve(limit));
        self.end.send_replace(Some(end));
    }

    /// Whether there is the order to stop.
    pub(crate) fn is_ordered(&self) -> bool {
        self.end().is_some()
    }

    /// Counts a request that arrives, if there is the order to stop.
    pub(crate) fn arrive(&self) {
        if self.is_ordered() {
            self.arrivals.fetch_add(1, Relaxed);
        }
    }

    /// How many requests have arrived since the order to stop.
    pub(crate) fn arrivals(&self) -> u64 {
        self.arrivals.load(Relaxed)
    }

    fn end(&self) -> Option<Instant> {
        *self.end.borrow()
    }
}

impl Deadline {
    /// The deadline of a request that arrives now.
    pub(crate) fn after(limit: Duration, stop: &Stop) -> Self {
        Self {
            limit: Instant::now() + limit,
            reserve: reserve(limit),
            stop: stop.clone(),
        }
    }

    /// The end as it is known now: an order to stop may bring it closer.
    fn end(&self) -> Instant {
        let stop = self.stop.end();
        stop.map_or(self.limit, |stop| stop.min(self.limit))
    }

    /// Whether the end is that of the service, not of the request's own limit.
    pub(crate) fn is_cut_short(&self) -> bool {
        self.end() < self.limit
    }

    fn end_of_work(&self) -> Instant {
        let end = self.end();
        end.checked_sub(self.reserve).unwrap_or(end)
    }

    /// Whether all that is left is the time for answering.
    pub(crate) fn is_over_for_work(&self) -> bool {
        Instant::now() >= self.end_of_work()
    }

    /// Waits until all that is left is the time for answering.
    async fn over_for_work(&self) {
        self.wait(Self::end_of_work).await;
    }

    /// Waits until no time is left.
    pub(crate) async fn over(&self) {
        self.wait(Self::end).await;
    }

    async fn wait(&self, end: impl Fn(&Self) -> Instant) {
        let mut stop = self.stop.end.subscribe();
        // Twice at most: there is one order to stop.
        loop {
            tokio::select! {
                () = sleep_until(end(self)) => return,
                // Never an error: the deadline has a sender itself.
                Ok(()) = stop.changed() => {}
            }
        }
    }
}

/// What is set apart for answering.
fn reserve(limit: Duration) -> Duration {
    const LEAST: Duration = Duration::from_millis(50);
    const MOST: Duration = Duration::from_secs(1);
    (limit / 20).clamp(LEAST, MOST).min(limit / 2)
}

/// The deadline of the work that runs here. Jobs and polls have none.
pub(crate) fn current() -> Option<Deadline> {
    DEADLINE.try_with(Clone::clone).ok()
}

/// The time that is left for work, down to zero.
pub(crate) fn remaining() -> Option<Duration> {
    current().map(|deadline| {
        let end = deadline.end_of_work();
        end.saturating_duration_since(Instant::now())
    })
}

/// Waits for work, but not into the time that is left for answering.
pub(crate) async fn before_the_end<F: Future>(
    deadline: Option<&Deadline>,
    work: F,
) -> Option<F::Output> {
    tokio::select! {
        biased;
        output = work => Some(output),
        () = over_for_work(deadline) => None,
    }
}

/// Waits until all that is left of the time is that for answering: for ever, if it has no end.
pub(crate) async fn over_for_work(deadline: Option<&Deadline>) {
    match deadline {
        Some(deadline) => deadline.over_for_work().await,
        None => pending().await,
    }
}

/// Runs work that has this deadline. Whoever waits for the work ends it.
pub(crate) async fn scope<F: Future>(deadline: Option<Deadline>, work: F) -> F::Output {
    match deadline {
        Some(deadline) => DEADLINE.scope(deadline, work).await,
        None => work.await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twentieth_is_for_answering_within_bounds() {
        let of = |ms| reserve(Duration::from_millis(ms)).as_millis();
        let reserves = [1, 80, 1_000, 5_000, 50_000].map(of);
        assert_eq!(reserves, [0, 40, 50, 250, 1_000]);
    }

    #[tokio::test]
    async fn work_is_over_before_the_request_is() {
        let hour = Deadline::after(Duration::from_hours(1), &Stop::default());
        assert!(!hour.is_over_for_work());
        let deadline = Deadline::after(Duration::from_millis(200), &Stop::default());
        let before = Instant::now();
        scope(Some(deadline.clone()), async {
            assert!(remaining().unwrap() <= Duration::from_millis(150));
            current().unwrap().over_for_work().await;
            assert_eq!(remaining(), Some(Duration::ZERO));
        })
        .await;
        assert!(deadline.is_over_for_work());
        deadline.over().await;
        assert!(before.elapsed() >= Duration::from_millis(190));
    }

    #[tokio::test]
    async fn an_order_to_stop_ends_the_time_of_all_that_wait() {
        let stop = Stop::default();
        let early = Deadline::after(Duration::from_hours(1), &stop);
        let waiting = tokio::spawn(async move { early.over().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        stop.within(Duration::ZERO);
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .expect("the wait ends")
            .unwrap();
        let late = Deadline::after(Duration::from_hours(1), &stop);
        assert!(late.is_over_for_work());
    }

    #[tokio::test]
    async fn a_distant_stop_makes_no_deadline_later() {
        let stop = Stop::default();
        let deadline = Deadline::after(Duration::ZERO, &stop);
        stop.within(Duration::from_hours(1));
        assert!(deadline.is_over_for_work());
        deadline.over().await;
    }

    #[test]
    fn what_serves_no_request_has_no_deadline() {
        assert!(remaining().is_none());
    }
}
