//! When the runs of one job begin for one tenant.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

/// The first runs of all tenants are spread over this time, or the interval where it is shorter.
const LONGEST_FIRST_PAUSE: Duration = Duration::from_mins(1);

/// Runs again and again, one run at a time, each with one of the permits. Ends when the permits are
/// closed.
pub(super) async fn repeat<W>(interval: Duration, permits: &Semaphore, run: impl Fn() -> W)
where
    W: Future<Output = ()>,
{
    let first = Instant::now() + first_pause(interval);
    let mut next = first;
    loop {
        sleep_until(next).await;
        let Ok(_permit) = permits.acquire().await else {
            return;
        };
        run().await;
        next = following(first, interval, Instant::now());
    }
}

fn first_pause(interval: Duration) -> Duration {
    interval.min(LONGEST_FIRST_PAUSE).mul_f64(fastrand::f64())
}

/// The moment of the grid that comes next: those that a long run has missed are skipped.
fn following(first: Instant, interval: Duration, now: Instant) -> Instant {
    let into_interval = (now - first).as_nanos() % interval.as_nanos();
    now + interval - Duration::from_nanos_u128(into_interval)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use tokio::time::sleep;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);

    /// When runs that take so long begin within a time, counted from the first.
    async fn beginnings(lasting: Duration, within: Duration) -> Vec<Duration> {
        let begun = Mutex::new(Vec::new());
        let permits = Semaphore::new(1);
        let run = async || {
            begun.lock().unwrap().push(Instant::now());
            sleep(lasting).await;
        };
        let runs = repeat(INTERVAL, &permits, run);
        tokio::time::timeout(within, runs).await.unwrap_err();
        let begun = begun.into_inner().unwrap();
        begun.iter().map(|at| rounded(*at - begun[0])).collect()
    }

    /// In whole seconds: the clock of timers is not exact.
    fn rounded(time: Duration) -> Duration {
        Duration::from_secs_f64(time.as_secs_f64().round())
    }

    #[tokio::test(start_paused = true)]
    async fn runs_begin_an_interval_apart_however_long_they_last() {
        let begun = beginnings(Duration::from_secs(4), INTERVAL * 4).await;
        assert!(begun.len() >= 3, "{begun:?}");
        assert_eq!(begun[..3], [0, 10, 20].map(Duration::from_secs));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_longer_than_the_interval_skips_the_moments_that_it_misses() {
        let begun = beginnings(Duration::from_secs(25), INTERVAL * 8).await;
        assert!(begun.len() >= 3, "{begun:?}");
        assert_eq!(begun[..3], [0, 30, 60].map(Duration::from_secs));
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_waits_for_its_permit_holds_up_nothing_but_itself() {
        let permits = Arc::new(Semaphore::new(1));
        let taken = permits.acquire().await.unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        let shared = Arc::clone(&permits);
        tokio::spawn(async move {
            let run = || async {
                count.fetch_add(1, Ordering::SeqCst);
            };
            repeat(INTERVAL, &shared, run).await;
        });
        sleep(INTERVAL * 5).await;
        assert_eq!(runs.load(Ordering::SeqCst), 0, "none has a permit");
        drop(taken);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(
            runs.load(Ordering::SeqCst),
            1,
            "one, not all that were missed"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn closed_permits_end_it_before_another_run_begins() {
        let permits = Semaphore::new(1);
        let runs = AtomicUsize::new(0);
        let run = || async {
            if runs.fetch_add(1, Ordering::SeqCst) == 1 {
                permits.close();
            }
        };
        let ended = tokio::time::timeout(INTERVAL * 5, repeat(INTERVAL, &permits, run)).await;
        assert!(ended.is_ok(), "it goes on");
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn first_runs_are_spread_over_the_interval_and_at_most_a_minute() {
        for (interval, most) in [(10, 10), (60, 60), (86_400, 60)] {
            let pauses = (0..1000).map(|_| first_pause(Duration::from_secs(interval)));
            let mut pauses: Vec<_> = pauses.map(|pause| pause.as_secs_f64()).collect();
            pauses.sort_by(f64::total_cmp);
            let most = f64::from(most);
            assert!(pauses[999] <= most, "{}", pauses[999]);
            for quarter in 0..4 {
                let from = most / 4.0 * f64::from(quarter);
                let within = |pause: &&f64| (from..from + most / 4.0).contains(*pause);
                let there = pauses.iter().filter(within).count();
                assert!(there > 150, "{there} of 1000 in quarter {quarter}");
            }
        }
    }

    #[test]
    fn the_moment_that_comes_next_is_always_ahead_and_on_the_grid() {
        let first = Instant::now();
        for millis in [0, 1, 9_999, 10_000, 10_001, 123_456] {
            let now = first + Duration::from_millis(millis);
            let next = following(first, INTERVAL, now);
            assert!(next > now && next <= now + INTERVAL, "after {millis} ms");
            let off_grid = (next - first).as_nanos() % INTERVAL.as_nanos();
            assert_eq!(off_grid, 0, "after {millis} ms");
        }
    }
}
