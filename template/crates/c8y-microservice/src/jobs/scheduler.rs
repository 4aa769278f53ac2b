//! Which jobs run for whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::pace::repeat;
use super::{Job, Jobs};
use crate::background::Background;
use crate::id::TenantId;
use crate::microservice::Error;
use crate::platform::TenantClient;
use crate::subscriptions::{ChangeKind, Follower};

/// Starts a tenant's jobs with its subscription, and ends them with it.
pub(crate) struct Scheduler {
    shared: Arc<Shared>,
    background: Background,
    tasks: Mutex<HashMap<TenantId, Vec<JoinHandle<()>>>>,
}

/// What all tasks have in common. A task is little more than a timer while it waits.
struct Shared {
    jobs: Vec<Job>,
    permits: Semaphore,
}

impl Scheduler {
    pub(crate) fn new(
        jobs: Jobs,
        background: &Background,
        concurrency: usize,
    ) -> Result<Arc<Self>, Error> {
        let shared = Shared {
            jobs: jobs.checked()?,
            permits: Semaphore::new(concurrency),
        };
        Ok(Arc::new(Self {
            shared: Arc::new(shared),
            background: background.clone(),
            tasks: Mutex::default(),
        }))
    }

    /// From now on no run begins.
    pub(crate) fn stop(&self) {
        self.shared.permits.close();
    }

    fn start(&self, client: &TenantClient) -> Vec<JoinHandle<()>> {
        let start = |index: usize| {
            let shared = Arc::clone(&self.shared);
            let client = client.clone();
            self.background.spawn_apart(async move {
                let job = &shared.jobs[index];
                repeat(job.interval, &shared.permits, || job.run(client.clone())).await;
            })
        };
        (0..self.shared.jobs.len()).map(start).collect()
    }
}

impl Follower for Scheduler {
    fn changed(&self, kind: ChangeKind, client: &TenantClient) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = match kind {
            ChangeKind::Subscribed => tasks.insert(client.tenant().clone(), self.start(client)),
            ChangeKind::Unsubscribed => tasks.remove(client.tenant()),
            // All clients of the tenant have the new credentials.
            ChangeKind::Renewed => None,
        };
        for task in ended.into_iter().flatten() {
            task.abort();
        }
    }
}
