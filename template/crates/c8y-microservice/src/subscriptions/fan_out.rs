//! The same work for every subscribed tenant.

use std::fmt::Display;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use tokio::task::JoinHandle;
use tracing::{Instrument, warn};

use super::Tenants;
use crate::deadline::{self, Deadline};
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
    /// The time was over before the work began: nothing has happened.
    #[error("not attempted: the time was over")]
    NotAttempted,
    /// The time was over before the work ended. It goes on, and its outcome is not known.
    #[error("outcome unknown: the time was over before the work ended")]
    Unknown,
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
    ///
    /// In an endpoint the answer comes a moment before the request's time is over
    /// (`REQUEST_TIMEOUT`, or the end of the service if that is sooner), with what there is by then:
    /// for the other tenants it is [`Failure::NotAttempted`], or [`Failure::Unknown`] where work has
    /// begun, which goes on to its end. Elsewhere, as in a job, there is no such limit.
    pub async fn fan_out<T, E, F, W>(&self, work: F) -> Vec<Outcome<T, E>>
    where
        T: Send + 'static,
        E: Display + Send + 'static,
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T, E>> + Send + 'static,
    {
        let all = self.background.run(self.clone().for_each(work)).await;
        let stopping = |client| Outcome::failed(client, Failure::Stopping);
        all.unwrap_or_else(|_stopped| self.iter().map(stopping).collect())
    }

    async fn for_each<T, E, F, W>(self, work: F) -> Vec<Outcome<T, E>>
    where
        T: Send + 'static,
        E: Display + Send + 'static,
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T, E>> + Send + 'static,
    {
        let work = Arc::new(work);
        let deadline = deadline::current();
        let is_over = || deadline.as_ref().is_some_and(Deadline::is_over_for_work);
        let mut end = pin!(deadline::over_for_work(deadline.as_ref()));
        let mut waiting = self.iter();
        let mut running = FuturesUnordered::new();
        let mut outcomes = Vec::with_capacity(self.len());
        loop {
            while running.len() < self.concurrency && !is_over() {
                let Some(client) = waiting.next() else { break };
                running.push(self.begin(client.clone(), &work));
            }
            let ended = tokio::select! {
                biased;
                ended = running.next() => ended,
                () = &mut end => None,
            };
            match ended {
                Some(outcome) => outcomes.push(outcome),
                _nothing_runs_or_the_time_is_over => break,
            }
        }
        if !(running.is_empty() && waiting.len() == 0) {
            let (unknown, not_attempted) = (running.len(), waiting.len());
            warn!(unknown, not_attempted, "a fan-out has run out of time");
        }
        outcomes.extend(running.into_iter().map(Begun::outcome_by_now));
        outcomes.extend(waiting.map(|client| Outcome::failed(client, Failure::NotAttempted)));
        outcomes.sort_unstable_by(|a, b| a.tenant.cmp(&b.tenant));
        outcomes
    }

    /// Starts the work for one tenant. It has a task of its own, so that a panic ends the work for
    /// this tenant alone, also one before it is a future.
    fn begin<T, E, F, W>(&self, client: TenantClient, work: &Arc<F>) -> Begun<T, E>
    where
        T: Send + 'static,
        E: Display + Send + 'static,
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = Result<T, E>> + Send + 'static,
    {
        let work = Arc::clone(work);
        let tenant = client.tenant().clone();
        let span = tracing::error_span!("fan_out", %tenant);
        let task = async move {
            // In a box: what a task has, the runtime moves as a whole, and more than once.
            let work = Box::pin(work(client));
            work.await.inspect_err(|error| warn!(%error, "failed"))
        };
        // No deadline goes along: work that has begun is not to be left half done.
        let task = self.background.detach(task.instrument(span));
        Begun { tenant, task }
    }
}

/// Work that has begun, and becomes its outcome.
struct Begun<T, E> {
    tenant: TenantId,
    task: JoinHandle<Result<T, E>>,
}

impl<T, E> Future for Begun<T, E> {
    type Output = Outcome<T, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = match ready!(Pin::new(&mut self.task).poll(cx)) {
            Ok(result) => result.map_err(Failure::Error),
            Err(error) if error.is_panic() => Err(Failure::Panicked),
            Err(_cancelled) => Err(Failure::Stopping),
        };
        let tenant = self.tenant.clone();
        Poll::Ready(Outcome { tenant, result })
    }
}

impl<T, E> Begun<T, E> {
    /// The outcome if there is one already. The task goes on in any case.
    fn outcome_by_now(mut self) -> Outcome<T, E> {
        let outcome = (&mut self).now_or_never();
        outcome.unwrap_or(Outcome {
            tenant: self.tenant,
            result: Err(Failure::Unknown),
        })
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
    fn failed(client: &TenantClient, failure: Failure<E>) -> Self {
        Self {
            tenant: client.tenant().clone(),
            result: Err(failure),
        }
    }
}

#[cfg(test)]
mod tests;
