//! What the platform said of a caller, and for how long that counts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{ApiError, User};
use crate::cache::Kept;

/// How long a caller is known without asking again. A role that is taken away works on for as long.
const KNOWN_FOR: Duration = Duration::from_mins(10);
/// How long a caller is refused without asking again: enough against a storm, and hardly noticed by
/// somebody who has just been given access.
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// What the platform said of a caller. That it said nothing is no verdict.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) result: Result<User, ApiError>,
    lasts: Duration,
}

impl Verdict {
    /// `token_end` is in seconds since 1970, where the caller has a token that says so.
    pub(super) fn verified(user: User, token_end: Option<f64>) -> Self {
        let lasts = token_end.map_or(KNOWN_FOR, |end| KNOWN_FOR.min(time_until(end)));
        let result = Ok(user);
        Self { result, lasts }
    }

    pub(super) fn refused(refusal: ApiError) -> Self {
        Self {
            result: Err(refusal),
            lasts: REFUSED_FOR,
        }
    }
}

/// The time until so many seconds after 1970, and none if that is over or no time at all.
fn time_until(seconds: f64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let left = seconds - now.unwrap_or_default().as_secs_f64();
    // An error is a time beyond what a duration can hold, or one before now.
    let beyond = if left > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    };
    Duration::try_from_secs_f64(left).unwrap_or(beyond)
}

impl Kept for Verdict {
    fn bytes(&self) -> u64 {
        const ENTRY: usize = 400;
        let user = self.result.as_ref().map_or(0, User::size);
        (ENTRY + user) as u64
    }

    fn lasts(&self) -> Duration {
        self.lasts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lasts_until_its_end_whatever_that_is() {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs_f64();
        let left = time_until(now + 60.0);
        assert!(
            left > Duration::from_secs(59) && left <= Duration::from_mins(1),
            "{left:?}"
        );
        assert_eq!(time_until(now - 1.0), Duration::ZERO);
        assert_eq!(time_until(f64::NAN), Duration::ZERO);
        assert_eq!(time_until(f64::MIN), Duration::ZERO);
        assert_eq!(time_until(f64::MAX), Duration::MAX);
    }
}
