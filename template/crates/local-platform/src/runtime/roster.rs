//! Which instances a deployment has: replicas for all tenants, or for each subscribed one.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::deployment::Deployment;
use super::error::DeployError;
use super::instance::{Incident, Instance, Phase};
use super::supervisor::supervise;
use crate::state::Subscription;

const POLL: Duration = Duration::from_millis(20);
/// How often the subscriptions are looked at.
const SUBSCRIPTIONS_PERIOD: Duration = Duration::from_millis(100);
/// How long an instance that could not be started is not tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// The instances of a deployment.
pub(super) struct Roster {
    pub(super) deployment: Arc<Deployment>,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    /// Those included that are on their way out.
    instances: Vec<Arc<Instance>>,
    /// What supervises instances, and follows the subscriptions.
    threads: Vec<JoinHandle<()>>,
    /// No instance is added any more.
    closed: bool,
}

impl Roster {
    /// Starts the instances in a phase of their life; with `PER_TENANT` they follow the
    /// subscriptions from here on.
    pub(super) fn launch(
        deployment: Arc<Deployment>,
        phase: Phase,
    ) -> Result<Arc<Self>, DeployError> {
        let roster = Arc::new(Self {
            deployment,
            entries: Mutex::default(),
        });
        if let Err(error) = roster.start_first(phase) {
            roster.stop(|| true)?;
            return Err(error);
        }
        if roster.deployment.is_per_tenant() {
            let following = roster.clone();
            let thread = std::thread::spawn(move || following.follow());
            roster.with(|entries| entries.threads.push(thread));
        }
        Ok(roster)
    }

    fn start_first(&self, phase: Phase) -> Result<(), DeployError> {
        let subscriptions = if self.deployment.is_per_tenant() {
            let subscriptions = self.deployment.subscriptions();
            subscriptions.into_iter().map(Some).collect()
        } else {
            vec![None]
        };
        self.with(|entries| {
            let mut subscriptions = subscriptions.iter();
            subscriptions.try_for_each(|it| self.start(entries, it.as_ref(), phase))
        })
    }

    fn start(
        &self,
        entries: &mut Entries,
        subscription: Option<&Subscription>,
        phase: Phase,
    ) -> Result<(), DeployError> {
        for _ in 0..self.deployment.replicas {
            let instance = Instance::launch(&self.deployment, subscription.cloned(), phase)?;
            entries.instances.push(instance.clone());
            entries.threads.push(supervise(&instance)?);
        }
        Ok(())
    }

    /// Keeps the instances in step with the subscriptions.
    fn follow(&self) {
        let mut paused_until = Instant::now();
        loop {
            std::thread::sleep(SUBSCRIPTIONS_PERIOD);
            let subscriptions = self.deployment.subscriptions();
            let followed = self.with(|entries| {
                if entries.closed || self.deployment.is_superseded() {
                    return None;
                }
                entries.threads.retain(|thread| !thread.is_finished());
                leave(entries, &subscriptions);
                let joining = Instant::now() >= paused_until;
                Some(joining.then(|| self.join(entries, &subscriptions)))
            });
            match followed {
                None => break,
                Some(Some(Err(error))) => {
                    paused_until = Instant::now() + PAUSE;
                    let instance = "of a new subscription".to_owned();
                    let what = error.to_string();
                    self.deployment.record(Incident { instance, what });
                }
                Some(_) => {}
            }
        }
    }

    /// Starts what has no instance yet. A new subscription of a tenant has new credentials, and so
    /// an instance of its own.
    fn join(
        &self,
        entries: &mut Entries,
        subscriptions: &[Subscription],
    ) -> Result<(), DeployError> {
        let mut new = subscriptions.to_vec();
        let has = |instance: &Arc<Instance>, it: &Subscription| {
            !instance.is_stopping() && instance.subscription.as_ref() == Some(it)
        };
        new.retain(|it| !entries.instances.iter().any(|instance| has(instance, it)));
        new.iter()
            .try_for_each(|it| self.start(entries, Some(it), Phase::Supervised))
    }

    /// Those that are to stay.
    pub(super) fn instances(&self) -> Vec<Arc<Instance>> {
        self.with(|entries| {
            let staying = entries
                .instances
                .iter()
                .filter(|it| entries.closed || !it.is_stopping());
            staying.cloned().collect()
        })
    }

    /// From here on no instance is added.
    pub(super) fn close(&self) {
        self.with(|entries| entries.closed = true);
    }

    /// Stops all instances and waits for their ends; `kill` makes short work of it. Then no thread
    /// is left that holds anything of the deployment's, such as its image.
    pub(super) fn stop(&self, mut kill: impl FnMut() -> bool) -> io::Result<()> {
        self.close();
        let instances = self.with(|entries| entries.instances.clone());
        instances.iter().try_for_each(|it| it.stop())?;
        let mut running = instances.clone();
        loop {
            let mut still = Vec::new();
            for instance in running {
                if !instance.has_stopped()? {
                    still.push(instance);
                }
            }
            running = still;
            if running.is_empty() {
                break;
            }
            if kill() {
                running.iter().try_for_each(|it| it.kill())?;
            }
            std::thread::sleep(POLL);
        }
        let registry = &self.deployment.instances;
        for instance in &instances {
            registry.remove(instance);
        }
        for thread in self.with(|entries| std::mem::take(&mut entries.threads)) {
            // A panic has been printed.
            let _ = thread.join();
        }
        Ok(())
    }

    fn with<R>(&self, work: impl FnOnce(&mut Entries) -> R) -> R {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Stops the instances whose subscription has ended, and forgets those that have.
fn leave(entries: &mut Entries, subscriptions: &[Subscription]) {
    entries.instances.retain(|instance| {
        let is_subscribed = instance
            .subscription
            .as_ref()
            .is_some_and(|it| subscriptions.contains(it));
        if !is_subscribed && !instance.is_stopping() {
            // One that cannot be signalled has ended.
            let _ = instance.stop();
        }
        is_subscribed || !instance.has_stopped().unwrap_or(true)
    });
}
