//! A value that does not change, and that the platform is asked for.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::background::Background;
use crate::platform::PlatformError;

/// Who asks within this time after a failure gets the same failure.
const FAILURE_HOLDS: Duration = Duration::from_secs(1);

/// A value that is asked for by one request for all who need it, until it is known.
#[derive(Debug)]
pub(crate) struct AskedOnce<T>(Arc<State<T>>);

#[derive(Debug)]
struct State<T> {
    value: OnceLock<T>,
    /// Held by the request on its way.
    failure: Arc<Mutex<Option<Failure>>>,
}

#[derive(Debug)]
struct Failure {
    at: Instant,
    error: PlatformError,
}

impl<T> Default for AskedOnce<T> {
    fn default() -> Self {
        Self(Arc::new(State {
            value: OnceLock::new(),
            failure: Arc::default(),
        }))
    }
}

impl<T: Clone + Send + Sync + 'static> AskedOnce<T> {
    /// The value, or what `ask` answers. Of many callers at once, one asks for all; its failure is
    /// theirs, too.
    pub(crate) async fn get<F>(
        &self,
        background: &Background,
        ask: impl FnOnce() -> F,
    ) -> Result<T, PlatformError>
    where
        F: Future<Output = Result<T, PlatformError>> + Send + 'static,
    {
        let Self(state) = self;
        if let Some(value) = state.value.get() {
            return Ok(value.clone());
        }
        let called = Instant::now();
        let mut last = Arc::clone(&state.failure).lock_owned().await;
        if let Some(value) = state.value.get() {
            return Ok(value.clone());
        }
        if let Some(failure) = last
            .as_ref()
            .filter(|last| last.at + FAILURE_HOLDS > called)
        {
            return Err(failure.error.clone());
        }
        let (state, answer) = (Arc::clone(state), ask());
        let asking = async move {
            let answer = answer.await;
            match &answer {
                Ok(value) => drop(state.value.set(value.clone())),
                Err(error) => {
                    let (at, error) = (Instant::now(), error.clone());
                    *last = Some(Failure { at, error });
                }
            }
            answer
        };
        background.run_for_all(asking).await?
    }
}
