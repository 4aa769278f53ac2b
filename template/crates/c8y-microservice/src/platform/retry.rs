//! Whether a request that failed is sent again, and when.
//!
//! | what the attempt saw | sent again |
//! |---|---|
//! | no connection | always: the platform never saw the request |
//! | 408 | always: the platform did not read it, as on a connection that waited too long for its first |
//! | 429 | always: the platform refused to look at it |
//! | 503 with `Retry-After` | always, likewise |
//! | 502, 503, 504, an answer that broke off or did not come in time | where repeating is harmless |
//! | anything else | never |

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::StatusCode;

use super::PlatformError;

/// The longest that is waited before each further attempt, where the platform does not say how long.
/// The whole wait stays below three seconds: who waits for an outage to end has a poll or a job.
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(200))
    .with_factor(2.0)
    .with_max_times(MOST_ATTEMPTS - 1);

const MOST_ATTEMPTS: usize = 5;

/// How long to wait before the next attempt; `None` to give up.
///
/// `attempt` is the number of the attempt that failed, from 1; `left` is the time that the request
/// still has; `chance`, from 0 to 1, spreads the attempts of many requests that failed together.
pub(crate) fn pause(
    error: &PlatformError,
    repeatable: bool,
    attempt: usize,
    left: Duration,
    chance: f64,
) -> Option<Duration> {
    if !may_be_sent_again(error, repeatable) {
        return None;
    }
    let longest = PAUSES.build().nth(attempt.checked_sub(1)?)?;
    let spread = longest.mul_f64(chance);
    let pause = match error.answer().and_then(|answer| answer.retry_after) {
        // Not before the platform asks for it, and later only where there is time.
        Some(asked) => Some(asked.saturating_add(spread))
            .filter(|later| *later < left)
            .unwrap_or(asked),
        None => spread,
    };
    (pause < left).then_some(pause)
}

fn may_be_sent_again(error: &PlatformError, repeatable: bool) -> bool {
    match error {
        PlatformError::Unreachable(_) => true,
        PlatformError::NoAnswer(_) => repeatable,
        PlatformError::Other(answer) => match answer.status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::SERVICE_UNAVAILABLE => repeatable || answer.retry_after.is_some(),
            StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => repeatable,
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, RETRY_AFTER};

    use super::*;

    const AN_HOUR: Duration = Duration::from_hours(1);

    fn answer(status: u16, retry_after: Option<u64>) -> PlatformError {
        let mut headers = HeaderMap::new();
        headers.extend(retry_after.map(|seconds| (RETRY_AFTER, seconds.into())));
        PlatformError::from_answer(StatusCode::from_u16(status).unwrap(), &headers, b"")
    }

    fn is_sent_again(error: &PlatformError, repeatable: bool) -> bool {
        pause(error, repeatable, 1, AN_HOUR, 0.5).is_some()
    }

    #[test]
    fn what_the_platform_did_not_do_is_sent_again_whatever_it_is() {
        for error in [
            PlatformError::Unreachable(String::new()),
            answer(408, None),
            answer(429, None),
            answer(429, Some(1)),
            answer(503, Some(1)),
        ] {
            assert!(is_sent_again(&error, true), "{error}");
            assert!(is_sent_again(&error, false), "{error}");
        }
    }

    #[test]
    fn what_the_platform_may_have_done_is_sent_again_where_that_is_harmless() {
        for error in [
            PlatformError::NoAnswer(String::new()),
            answer(502, None),
            answer(502, Some(1)),
            answer(503, None),
            answer(504, None),
        ] {
            assert!(is_sent_again(&error, true), "{error}");
            assert!(!is_sent_again(&error, false), "{error}");
        }
    }

    #[test]
    fn what_would_fail_again_is_not_sent_again() {
        let answers = [301, 400, 401, 403, 404, 409, 422, 500, 501].map(|it| answer(it, Some(0)));
        let others = [
            PlatformError::NotSent(String::new()),
            PlatformError::Invalid(String::new()),
            PlatformError::Stopping,
            PlatformError::UnexpectedBody {
                status: StatusCode::OK,
                reason: String::new(),
            },
        ];
        for error in answers.into_iter().chain(others) {
            assert!(!is_sent_again(&error, true), "{error}");
        }
    }

    #[test]
    fn pauses_may_double_each_time_and_end_after_the_fifth_attempt() {
        let error = answer(429, None);
        let longest = |attempt| pause(&error, true, attempt, AN_HOUR, 1.0).map(|it| it.as_millis());
        let all = [1, 2, 3, 4, 5, 6, usize::MAX].map(longest);
        let expected = [
            Some(200),
            Some(400),
            Some(800),
            Some(1600),
            None,
            None,
            None,
        ];
        assert_eq!(all, expected);
        assert_eq!(pause(&error, true, 3, AN_HOUR, 0.0), Some(Duration::ZERO));
    }

    #[test]
    fn a_pause_that_the_platform_asks_for_fits_into_the_time_or_there_is_none() {
        let error = answer(429, Some(10));
        let within = |milliseconds| {
            let left = Duration::from_millis(milliseconds);
            pause(&error, false, 1, left, 1.0).map(|pause| pause.as_millis())
        };
        assert_eq!(within(9_999), None);
        assert_eq!(within(10_000), None);
        assert_eq!(within(10_001), Some(10_000), "no time for more");
        assert_eq!(within(60_000), Some(10_200));
        assert_eq!(
            pause(&answer(429, Some(u64::MAX)), true, 1, AN_HOUR, 1.0),
            None
        );
    }

    /// Any failures of any requests, by chance.
    #[test]
    fn no_pause_is_longer_than_the_time_or_shorter_than_the_platform_asks_for() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..10_000 {
            let asked = random.bool().then(|| random.u64(0..100));
            let status = random.choice([429, 502, 503, 504]).unwrap();
            let (error, attempt) = (answer(status, asked), random.usize(0..8));
            let left = Duration::from_millis(random.u64(0..200_000));
            let case = format!("{error} {asked:?} attempt {attempt}, {left:?} left");
            let Some(pause) = pause(&error, random.bool(), attempt, left, random.f64()) else {
                continue;
            };
            assert!((1..MOST_ATTEMPTS).contains(&attempt), "{case}");
            assert!(pause < left, "{case}: {pause:?}");
            let asked = Duration::from_secs(asked.unwrap_or_default());
            let spread = Duration::from_millis(100 << attempt);
            assert!(
                pause >= asked && pause <= asked + spread,
                "{case}: {pause:?}"
            );
        }
    }
}
