//! A value that does not change, and that the platform is asked for.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::background::Background;
use crate::platform::PlatformError;

/// Who asks within this time after a failure gets the same failure.
const FAILURE_HOLDS: Duration = Duration::from_secs(1);

/// A value that is asked for by one request for all who need it, until it is known.
#[derive(Debug)]
pub(super) struct AskedOnce<T>(RwLock<Arc<State<T>>>);

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
        Self(RwLock::new(Arc::default()))
    }
}

impl<T> Default for State<T> {
    fn default() -> Self {
        Self {
            value: OnceLock::new(),
            failure: Arc::default(),
        }
    }
}

impl<T> AskedOnce<T> {
    /// What was asked for until now, also what is being asked for, is no answer any more.
    #[cfg(feature = "self-registration")]
    pub(super) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    fn state(&self) -> Arc<State<T>> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&state)
    }
}

impl<T: Clone + Send + Sync + 'static> AskedOnce<T> {
    /// The value, or what `ask` answers. Of many callers at once, one asks for all; its failure is
    /// theirs, too.
    pub(super) async fn get<F>(
        &self,
        background: &Background,
        ask: impl FnOnce() -> F,
    ) -> Result<T, PlatformError>
    where
        F: Future<Output = Result<T, PlatformError>> + Send + 'static,
    {
        let state = self.state();
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
        let answer = ask();
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

#[cfg(all(test, feature = "self-registration"))]
mod tests {
    use tokio::sync::oneshot;

    use super::*;
    use crate::background::BackgroundRuntime;

    #[tokio::test]
    async fn neither_a_failure_nor_an_answer_on_its_way_counts_after_it_was_forgotten() {
        let runtime = BackgroundRuntime::start().unwrap();
        let background = runtime.handle();
        let asked = AskedOnce::default();
        let failing = || async { Err(PlatformError::NotRegistered) };
        let failed: Result<u8, _> = asked.get(&background, failing).await;
        assert_eq!(failed, Err(PlatformError::NotRegistered));
        asked.forget();
        let (answer, answered) = oneshot::channel();
        let slow = || async { Ok(answered.await.unwrap()) };
        let change = async {
            asked.forget();
            answer.send(1).unwrap();
        };
        let (former, ()) = tokio::join!(asked.get(&background, slow), change);
        assert_eq!(former, Ok(1), "who asked before");
        assert_eq!(asked.get(&background, || async { Ok(2) }).await, Ok(2));
    }
}
