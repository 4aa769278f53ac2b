//! The runtime that all work for the platform runs on.
//!
//! The HTTP server has a runtime per worker, and a pooled connection ends with the runtime that
//! opened it. Polls, fan-outs and requests therefore share one runtime of their own, which lives as
//! long as the service.

use std::io;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tracing::{Instrument, Span};

use crate::deadline;

/// Threads for work that is mostly waiting: one keeps going while the other's task computes.
const THREADS: usize = 2;

/// Owns the runtime. Dropping it ends what still runs there.
#[derive(Debug)]
pub(crate) struct BackgroundRuntime {
    runtime: Option<Runtime>,
    begun: watch::Sender<()>,
}

/// Runs futures on the background runtime, from anywhere.
#[derive(Debug, Clone)]
pub(crate) struct Background {
    runtime: Handle,
    /// What was begun for its own sake has a receiver until it ends.
    begun: watch::Sender<()>,
}

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
            .map(|runtime| Self {
                runtime: Some(runtime),
                begun: watch::Sender::default(),
            })
    }

    pub(crate) fn handle(&self) -> Background {
        let runtime = self.runtime.as_ref();
        let runtime = runtime.expect("the runtime is only taken by drop");
        Background {
            runtime: runtime.handle().clone(),
            begun: self.begun.clone(),
        }
    }
}

impl Drop for BackgroundRuntime {
    fn drop(&mut self) {
        // Not a plain drop: that waits, which a thread of the HTTP server's runtime must not do.
        if let Some(runtime) = self.runtime.take() {
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
        self.runtime.spawn(inheriting(future))
    }

    /// Starts a future that has nothing to do with the caller: neither its span nor its deadline.
    pub(crate) fn spawn_apart<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.runtime.spawn(future)
    }

    /// As [`Self::spawn_apart`], for work that is not to be left half done: the service stops after
    /// it, if there is time.
    pub(crate) fn detach<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let begun = self.begun.subscribe();
        self.runtime.spawn(async move {
            let output = future.await;
            drop(begun);
            output
        })
    }

    /// Waits until all that was detached has ended.
    pub(crate) async fn done(&self) {
        self.begun.closed().await;
    }

    /// Runs a future to its end. It stops when the caller stops waiting, and its panics are the
    /// caller's.
    pub(crate) async fn run<F>(&self, future: F) -> Result<F::Output, Stopped>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        if Handle::try_current().is_ok_and(|current| current.id() == self.runtime.id()) {
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
        task.spawn_on(future, &self.runtime);
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
        match self.runtime.spawn(work).await {
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
