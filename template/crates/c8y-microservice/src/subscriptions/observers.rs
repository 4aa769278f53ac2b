//! Telling the service which tenants came, went, or got other credentials.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
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
    work: Arc<Work>,
    background: Background,
    concurrency: usize,
}

struct Work {
    handlers: Handlers,
    queue: Mutex<Queue>,
}

/// What is to be done. A change that waits takes no task: at the start there is one for each tenant.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Change>,
    /// The tenants whose handlers run.
    busy: HashSet<TenantId>,
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
        let queue = Mutex::default();
        Self {
            work: Arc::new(Work { handlers, queue }),
            background,
            concurrency,
        }
    }

    /// Starts the handlers of the changes and returns at once.
    pub(super) fn notify(&self, changes: Vec<Change>) {
        let handlers = &self.work.handlers;
        for change in &changes {
            for follower in &handlers.followers {
                follower.changed(change.kind, &change.client);
            }
        }
        let handled = |change: &Change| !handlers.of(change.kind).is_empty();
        let mut queue = self.work.queue();
        queue.waiting.extend(changes.into_iter().filter(handled));
        while queue.busy.len() < self.concurrency {
            let Some(change) = queue.begin() else { break };
            let work = Arc::clone(&self.work);
            self.background.spawn_apart(work.go_on_from(change));
        }
    }
}

impl Work {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Handles one change after the other until none is left that could begin.
    async fn go_on_from(self: Arc<Self>, first: Change) {
        let mut next = Some(first);
        while let Some(change) = next {
            let tenant = change.client.tenant().clone();
            let span = tracing::error_span!("subscription", %tenant);
            let handling = self.handle(change).instrument(span);
            // A panic is in the log, and ends the handlers of this change alone.
            AssertUnwindSafe(handling).catch_unwind().await.ok();
            next = self.queue().begin_after(&tenant);
        }
    }

    async fn handle(&self, change: Change) {
        for handler in self.handlers.of(change.kind) {
            let handling = handler(change.client.clone());
            if timeout(TIME_LIMIT, handling).await.is_err() {
                tracing::warn!(kind = ?change.kind, limit_s = TIME_LIMIT.as_secs(), "a handler was ended");
            }
        }
    }
}

impl Queue {
    /// Takes the first change of a tenant that is not busy, which it is then.
    fn begin(&mut self) -> Option<Change> {
        let is_free = |change: &Change| !self.busy.contains(change.client.tenant());
        let place = self.waiting.iter().position(is_free)?;
        let change = self.waiting.remove(place)?;
        self.busy.insert(change.client.tenant().clone());
        if self.waiting.is_empty() {
            self.waiting.shrink_to_fit();
        }
        Some(change)
    }

    fn begin_after(&mut self, done: &TenantId) -> Option<Change> {
        self.busy.remove(done);
        self.begin()
    }
}
