//! A fault: what goes wrong, for which requests.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::path::lies_below;

/// The statuses that a fault can answer with.
pub(super) const STATUSES: RangeInclusive<u16> = 400..=599;

/// Something that goes wrong with requests, once it is
/// [injected](crate::LocalPlatform::inject): with all of them, unless it is narrowed down.
///
/// ```
/// use std::time::Duration;
/// use local_platform::{Fault, LocalPlatform};
///
/// let platform = LocalPlatform::start()?;
/// // The next two requests of tenant t101 to the alarm API fail ...
/// let failing = platform.inject(Fault::status(503).at("/alarm").of("t101").times(2));
/// // ... every tenth request of any tenant loses its connection ...
/// platform.inject(Fault::reset().share(0.1));
/// // ... and all are slow, also those.
/// platform.inject(Fault::latency(Duration::from_millis(200)));
///
/// assert_eq!(failing.hits(), 0);
/// platform.clear_faults();
/// # Ok::<(), local_platform::StartError>(())
/// ```
///
/// The first fault that was injected and matches wins. A latency is apart from the others: a
/// request meets the first latency that matches, and then the first other fault that does.
///
/// The tenant of a request is the one that it authenticates as. A request whose answer is a
/// [status](Self::status), whose connection is [dropped](Self::dropped) or [reset](Self::reset), has
/// not reached the platform's data or the service: nothing was done. With all others the request is
/// done, and something is wrong with the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub(super) kind: Kind,
    pub(super) path: Option<String>,
    pub(super) tenant: Option<String>,
    pub(super) method: Option<String>,
    pub(super) times: Option<u64>,
    pub(super) share: Option<f64>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Latency(Duration),
    Failure(Failure),
}

/// What goes wrong other than that it takes long.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Failure {
    Status(u16),
    TooManyRequests { retry_after_s: u64 },
    Dropped,
    Reset,
    ResetWhenDone,
    HalfBody,
    OversizedBody,
    GarbledBody,
    SlowBody { pause: Duration },
}

/// What of a request decides whether it meets a fault.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) tenant: Option<&'a str>,
}

impl Fault {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            path: None,
            tenant: None,
            method: None,
            times: None,
            share: None,
        }
    }

    /// The request waits this long before anything is done about it.
    #[must_use]
    pub fn latency(latency: Duration) -> Self {
        Self::new(Kind::Latency(latency))
    }

    /// The answer is this status, with a body in the platform's error form.
    ///
    /// # Panics
    ///
    /// If it is not an error's status, 400 to 599.
    #[must_use]
    #[track_caller]
    pub fn status(status: u16) -> Self {
        assert!(
            STATUSES.contains(&status),
            "{status} is no status of an error: 400 to 599"
        );
        Self::new(Kind::Failure(Failure::Status(status)))
    }

    /// The answer is 429 with a `Retry-After`, in whole seconds: a fraction counts as one.
    #[must_use]
    pub fn too_many_requests(retry_after: Duration) -> Self {
        let retry_after_s = retry_after
            .as_secs()
            .saturating_add(u64::from(retry_after.subsec_nanos() > 0));
        Self::new(Kind::Failure(Failure::TooManyRequests { retry_after_s }))
    }

    /// The connection is closed without an answer.
    #[must_use]
    pub fn dropped() -> Self {
        Self::new(Kind::Failure(Failure::Dropped))
    }

    /// The connection is reset: the caller sees it break.
    #[must_use]
    pub fn reset() -> Self {
        Self::new(Kind::Failure(Failure::Reset))
    }

    /// The request is done, and then the connection is reset instead of answering: the caller sees
    /// the same as with [`reset`](Self::reset), and has to do without knowing which it was.
    #[must_use]
    pub fn reset_when_done() -> Self {
        Self::new(Kind::Failure(Failure::ResetWhenDone))
    }

    /// The request is answered, and the connection closed after half of the body that
    /// `Content-Length` promises. An answer that does not say its length breaks off within its
    /// first piece; one without a body arrives whole.
    #[must_use]
    pub fn half_body() -> Self {
        Self::new(Kind::Failure(Failure::HalfBody))
    }

    /// The request is answered with a body of a gigabyte: a JSON text that does not say its length,
    /// and that the platform itself does not hold. An answer without a body arrives as it is.
    #[must_use]
    pub fn oversized_body() -> Self {
        Self::new(Kind::Failure(Failure::OversizedBody))
    }

    /// The request is answered with its status and media type, and a body that is an HTML page. An
    /// answer without a body arrives as it is.
    #[must_use]
    pub fn garbled_body() -> Self {
        Self::new(Kind::Failure(Failure::GarbledBody))
    }

    /// The request is answered, and before each byte of the body there is this pause.
    #[must_use]
    pub fn slow_body(pause: Duration) -> Self {
        Self::new(Kind::Failure(Failure::SlowBody { pause }))
    }

    /// Only requests to this path and all below it: `/alarm`, or `/service/hello/work`.
    ///
    /// # Panics
    ///
    /// If it does not begin with `/`.
    #[must_use]
    #[track_caller]
    pub fn at(mut self, path: &str) -> Self {
        assert!(path.starts_with('/'), "{path:?} does not begin with /");
        self.path = Some(path.to_owned());
        self
    }

    /// Only requests that authenticate as a user of this tenant.
    #[must_use]
    pub fn of(mut self, tenant: &str) -> Self {
        self.tenant = Some(tenant.to_owned());
        self
    }

    /// Only requests with this method.
    #[must_use]
    pub fn on(mut self, method: &str) -> Self {
        self.method = Some(method.to_ascii_uppercase());
        self
    }

    /// Only so many requests: what comes after them passes.
    #[must_use]
    pub fn times(mut self, number: u64) -> Self {
        self.times = Some(number);
        self
    }

    /// Only this share of the requests, by chance: `0.1` is every tenth.
    ///
    /// # Panics
    ///
    /// If it is not above 0 and at most 1.
    #[must_use]
    #[track_caller]
    pub fn share(mut self, share: f64) -> Self {
        assert!(
            is_share(share),
            "{share} is no share: above 0 and at most 1"
        );
        self.share = Some(share);
        self
    }

    /// Whether a request is one of those that it is for; chance aside.
    pub(super) fn is_for(&self, request: &Request<'_>) -> bool {
        let tenant = self.tenant.as_deref();
        let method = self.method.as_deref();
        let path = self.path.as_deref();
        tenant.is_none_or(|tenant| request.tenant == Some(tenant))
            && method.is_none_or(|method| request.method == method)
            && path.is_none_or(|path| lies_below(request.path, path))
    }
}

pub(super) fn is_share(share: f64) -> bool {
    share > 0.0 && share <= 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_of_a_second_to_wait_counts_as_one() {
        for (milliseconds, seconds) in [(0, 0), (1, 1), (1000, 1), (1001, 2)] {
            let fault = Fault::too_many_requests(Duration::from_millis(milliseconds));
            assert_eq!(
                fault.kind,
                Kind::Failure(Failure::TooManyRequests {
                    retry_after_s: seconds
                })
            );
        }
    }
}
