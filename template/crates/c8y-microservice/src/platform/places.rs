//! How many requests are on their way to the platform at the same time: the HTTP client bounds the
//! connections that it keeps, not those that it opens.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::PlatformError;
use crate::config::HttpClient;

/// As many as there may be connections.
#[derive(Debug)]
pub(super) struct Places {
    free: Semaphore,
    all: usize,
    /// How long a request waits for one.
    patience: Duration,
}

impl Places {
    pub(super) fn new(limits: &HttpClient) -> Self {
        Self {
            free: Semaphore::new(limits.connections()),
            all: limits.connections(),
            patience: limits.pool_await_timeout,
        }
    }

    /// A place for an attempt of a request that has this much time.
    pub(super) async fn take(&self, left: Duration) -> Result<SemaphorePermit<'_>, PlatformError> {
        if left.is_zero() {
            return Err(PlatformError::NotSent("its time was over".to_owned()));
        }
        let patience = self.patience.min(left);
        match timeout(patience, self.free.acquire()).await {
            Ok(place) => place.map_err(|_closed| PlatformError::Stopping),
            Err(_elapsed) => Err(PlatformError::NotSent(format!(
                "no connection became free within {} ms: C8Y_HTTPCLIENT_POOL_PERHOST and \
                 C8Y_HTTPCLIENT_POOL_MAX allow {}, C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT is the \
                 longest wait",
                patience.as_millis(),
                self.all,
            ))),
        }
    }
}
