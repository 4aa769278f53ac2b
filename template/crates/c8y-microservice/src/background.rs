//! The runtime that all work for the platform runs on.
//!
//! The HTTP server has a runtime per worker, and a pooled connection ends with the runtime that
//! opened it. Polls, fan-outs and requests therefore share one runtime of their own, which lives as
//! long as the service.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{JoinHandle, JoinSet};
use tracing::{Instrument, Span};

use crate::deadline;

/// Threads for work that is mostly waiting: one keeps going while the other's task computes.
const THREADS: usize = 2;

/// Owns the runtime. Dropping it ends what still runs there.
#[derive(Debug)]
pub(crate) struct BackgroundRuntime(Option<Runtime>);

/// Runs futures on the background runtime, from anywhere.
#[derive(Debug, Clone)]
pub(crate) struct Background(Handle);

/// The runtime ended before the work did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped;

impl BackgroundRuntime {
    pub(crate) fn start() -> io::Result<Self> {
        Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("background")
            .enable_all()
            .build()
            .map(|runtime| Self(Some(runtime)))
    }

    pub(crate) fn handle(&self) -> Background {
        let runtime = self.0.as_ref().expect("the runtime is only taken by drop");
        Background(runtime.handle().clone())
    }
}

impl Drop for BackgroundRuntime {
    fn drop(&mut self) {
        // Not a plain drop: that waits, which a thread of the HTTP server's runtime must not do.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Background {
    /// Starts a future that goes on when nobody waits for it. It keeps the caller's span and
    /// deadline.
    pub(crate) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.0.spawn(inheriting(future))
    }

    /// Starts a future that has nothing to do with the caller: neither its span nor its deadline.
    pub(crate) fn detach<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.0.spawn(future)
    }

    /// Runs a future to its end. It stops when the caller stops waiting, and its panics are the
    /// caller's.
    pub(crate) async fn run<F>(&self, future: F) -> Result<F::Output, Stopped>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        if Handle::try_current().is_ok_and(|current| current.id() == self.0.id()) {
            return Ok(future.await);
        }
        self.run_apart(inheriting(future)).await
    }

    /// Runs a future to its end that is not the caller's alone: it has neither its span nor its
    /// deadline. It stops when the caller stops waiting, and its panics are the caller's.
    pub(crate) async fn run_apart<F>(&self, future: F) -> Result<F::Output, Stopped>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        // A set of one: unlike a handle, it aborts its task when it is dropped.
        let mut task = JoinSet::new();
        task.spawn_on(future, &self.0);
        match task.join_next().await {
            Some(Ok(output)) => Ok(output),
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            _cancelled => Err(Stopped),
        }
    }

    /// Runs work that more may wait for than the one who begins it: it goes on to its end when that
    /// one stops waiting, and has neither its span nor its deadline.
    pub(crate) async fn run_for_all<F>(&self, work: F) -> Result<F::Output, Stopped>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        match self.0.spawn(work).await {
            Ok(output) => Ok(output),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_cancelled) => Err(Stopped),
        }
    }
}

/// What goes along with work onto another runtime.
fn inheriting<F: Future>(future: F) -> impl Future<Output = F::Output> {
    deadline::scope(deadline::current(), future).instrument(Span::current())
}
