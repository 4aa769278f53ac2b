//! How requests to the platform are made.

use std::time::Duration;

use super::environment::Reader;

/// How requests to the platform are made: what they wait for, and how many connections there are.
/// The variables are the Java SDK's properties in their environment form.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HttpClient {
    /// `C8Y_HTTPCLIENT_HTTPCONNECTTIMEOUT`: milliseconds that opening a connection may take; 10000.
    /// The Java SDK documents no property for it.
    pub connect_timeout: Duration,
    /// `C8Y_HTTPCLIENT_HTTPREADTIMEOUT`: milliseconds without a byte of the answer after which it is
    /// given up; 60000. The Java SDK waits three times as long. See
    /// [`total_timeout`](Self::total_timeout), too.
    pub read_timeout: Duration,
    /// `C8Y_HTTPCLIENT_POOL_ENABLED`: whether a connection is kept for the next request; `true`.
    pub pool_enabled: bool,
    /// `C8Y_HTTPCLIENT_POOL_PERHOST`: connections to one host, the platform's, at the same time; 50.
    pub pool_per_host: usize,
    /// `C8Y_HTTPCLIENT_POOL_MAX`: connections to all hosts at the same time; 100. The platform is
    /// the only one, so the lower of the two numbers holds.
    pub pool_max: usize,
    /// `C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT`: milliseconds that a request waits for one of these
    /// connections; 10000.
    pub pool_await_timeout: Duration,
}

impl HttpClient {
    /// Long enough for the slowest query that answers at all, and about as long as callers wait.
    const TOTAL_TIMEOUT: Duration = Duration::from_mins(1);

    pub(super) fn read(env: &mut Reader<'_>) -> Self {
        Self {
            connect_timeout: env.milliseconds(
                "C8Y_HTTPCLIENT_HTTPCONNECTTIMEOUT",
                10_000,
                1..=600_000,
            ),
            read_timeout: env.milliseconds("C8Y_HTTPCLIENT_HTTPREADTIMEOUT", 60_000, 1..=600_000),
            pool_enabled: env.flag("C8Y_HTTPCLIENT_POOL_ENABLED", true),
            pool_per_host: env.number("C8Y_HTTPCLIENT_POOL_PERHOST", 50, 1..=10_000),
            pool_max: env.number("C8Y_HTTPCLIENT_POOL_MAX", 100, 1..=10_000),
            pool_await_timeout: env.milliseconds(
                "C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT",
                10_000,
                1..=600_000,
            ),
        }
    }

    /// What a request may take with all that belongs to it: waiting for a connection, every attempt,
    /// the pauses between them. A minute, or [`read_timeout`](Self::read_timeout) where that is
    /// longer.
    #[must_use]
    pub fn total_timeout(&self) -> Duration {
        self.read_timeout.max(Self::TOTAL_TIMEOUT)
    }

    /// Connections to the platform at the same time.
    pub(crate) fn connections(&self) -> usize {
        self.pool_per_host.min(self.pool_max)
    }
}
