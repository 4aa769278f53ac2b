//! The same work for every subscribed tenant.

use std::fmt::Display;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use tracing::{Instrument, warn};

use super::Tenants;
use crate::id::TenantId;
use crate::platform::{PlatformError, TenantClient};

/// What came of the work for one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<T, E> {
    /// The tenant.
    pub tenant: TenantId,
    /// The result, or why there is none.
    pub result: Result<T, Failure<E>>,
}

/// Why there is no result for a tenant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure<E> {
    /// The work ended with an error.
    #[error("{0}")]
    Error(E),
    /// The work panicked; the log says where.
    #[error("internal error")]
    Panicked,
    /// The service is stopping and gave the work up.
    #[error("the service is stopping")]
    Stopping,
}

impl Tenants {
    /// Does `work` for every tenant, for at most `FAN_OUT_CONCURRENCY` of them at the same time,
    /// and answers one outcome per tenant, in the order of their IDs.
    ///
    /// Tenants are kept apart: an error or a panic in one has no effect on another, and a slow one
    /// takes no more than one of the places. When the caller stops waiting, work that has begun
    /// goes on to its end, and no more is begun. What is logged in `work` carries the tenant,
    /// and its errors are logged.
    pub async fn fan_out<T, E, F, W>(&self, work: F) -> Vec<Outcome<T, E>>
    where
        T: Send + 'static,
        E: Display + Send + 'static,
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T, E>> + Send + 'static,
    {
        let all = self.background.run(self.clone().for_each(work)).await;
        all.unwrap_or_else(|_stopped| self.iter().map(Outcome::stopping).collect())
    }

    async fn for_each<T, E, F, W>(self, work: F) -> Vec<Outcome<T, E>>
    where
        T: Send + 'static,
        E: Display + Send + 'static,
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T, E>> + Send + 'static,
    {
        let concurrency = self.concurrency;
        let clients: Vec<TenantClient> = self.iter().cloned().collect();
        let work = Arc::new(work);
        let begin = move |client: TenantClient| {
            let work = Arc::clone(&work);
            let tenant = client.tenant().clone();
            let span = tracing::error_span!("fan_out", %tenant);
            // A task of its own, so that a panic ends the work for this tenant alone, also one
            // before it is a future.
            let task = async move {
                work(client)
                    .await
                    .inspect_err(|error| warn!(%error, "failed"))
            };
            let task = self.background.spawn(task.instrument(span));
            async move {
                let result = match task.await {
                    Ok(result) => result.map_err(Failure::Error),
                    Err(error) if error.is_panic() => Err(Failure::Panicked),
                    Err(_cancelled) => Err(Failure::Stopping),
                };
                Outcome { tenant, result }
            }
        };
        let running = stream::iter(clients).map(begin);
        let mut outcomes: Vec<_> = running.buffer_unordered(concurrency).collect().await;
        outcomes.sort_unstable_by(|a, b| a.tenant.cmp(&b.tenant));
        outcomes
    }
}

impl Failure<PlatformError> {
    /// What happened, for callers, who may belong to another tenant: as
    /// [`PlatformError::summary`], without the platform's own words. The log has them.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Error(error) => error.summary(),
            other => other.to_string(),
        }
    }
}

impl<T, E> Outcome<T, E> {
    fn stopping(client: &TenantClient) -> Self {
        Self {
            tenant: client.tenant().clone(),
            result: Err(Failure::Stopping),
        }
    }
}
