//! Telling the service which tenants came, went, or got other credentials.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::Instrument;

use crate::background::Background;
use crate::id::TenantId;
use crate::platform::TenantClient;

/// What a handler may take. The next change of its tenant waits for it, and so do other tenants'
/// handlers when many run.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// What happened to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ChangeKind {
    Subscribed,
    Renewed,
    Unsubscribed,
}

/// A change, with the tenant's client: the new one, or the last one of a tenant that left.
pub(super) struct Change {
    pub(super) kind: ChangeKind,
    pub(super) client: TenantClient,
}

type Handler = Box<dyn Fn(TenantClient) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A part of the SDK that keeps something for each tenant. It hears of a change at once, before the
/// handlers begin, and must not hold it up.
pub(crate) trait Follower: Send + Sync {
    fn changed(&self, kind: ChangeKind, client: &TenantClient);
}

/// What the service does on a change.
#[derive(Default)]
pub(crate) struct Handlers {
    by_kind: HashMap<ChangeKind, Vec<Handler>>,
    followers: Vec<Arc<dyn Follower>>,
}

/// Runs the handlers: those of one tenant one after the other, those of different tenants side by
/// side.
pub(crate) struct Observers {
    handlers: Arc<Handlers>,
    background: Background,
    permits: Arc<Semaphore>,
    /// The last task of each tenant that still has one.
    tasks: Mutex<HashMap<TenantId, JoinHandle<()>>>,
}

impl Handlers {
    pub(crate) fn add<F, W>(&mut self, kind: ChangeKind, handler: F)
    where
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let handler: Handler = Box::new(move |client| Box::pin(handler(client)));
        self.by_kind.entry(kind).or_default().push(handler);
    }

    #[cfg(any(feature = "jobs", feature = "websocket"))]
    pub(crate) fn followed_by(mut self, follower: Arc<impl Follower + 'static>) -> Self {
        self.followers.push(follower);
        self
    }

    fn of(&self, kind: ChangeKind) -> &[Handler] {
        self.by_kind.get(&kind).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_kind.keys()).finish()
    }
}

impl Observers {
    pub(crate) fn new(handlers: Handlers, background: Background, concurrency: usize) -> Self {
        Self {
            handlers: Arc::new(handlers),
            background,
            permits: Arc::new(Semaphore::new(concurrency)),
            tasks: Mutex::default(),
        }
    }

    /// Starts the handlers of the changes and returns at once.
    pub(super) fn notify(&self, changes: Vec<Change>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.retain(|_, task| !task.is_finished());
        for change in changes {
            for follower in &self.handlers.followers {
                follower.changed(change.kind, &change.client);
            }
            if self.handlers.of(change.kind).is_empty() {
                continue;
            }
            let tenant = change.client.tenant().clone();
            let before = tasks.remove(&tenant);
            tasks.insert(tenant, self.start(change, before));
        }
    }

    fn start(&self, change: Change, before: Option<JoinHandle<()>>) -> JoinHandle<()> {
        let span = tracing::error_span!("subscription", tenant = %change.client.tenant());
        let handlers = Arc::clone(&self.handlers);
        let permits = Arc::clone(&self.permits);
        let work = async move {
            if let Some(before) = before {
                // How it ended does not matter here: a panic is in the log.
                before.await.ok();
            }
            let _permit = permits.acquire().await;
            for handler in handlers.of(change.kind) {
                let handling = handler(change.client.clone());
                if timeout(TIME_LIMIT, handling).await.is_err() {
                    tracing::warn!(kind = ?change.kind, limit_s = TIME_LIMIT.as_secs(), "a handler was ended");
                }
            }
        };
        self.background.detach(work.instrument(span))
    }
}
