//! All instances that the platform runs, for those who look at them from outside.

use std::sync::{Arc, Mutex, PoisonError};

use super::instance::Instance;
use super::status;
use crate::state::{Application, Id, Store};

/// A handle on the instances of all deployments.
#[derive(Clone)]
pub(crate) struct Instances {
    all: Arc<Mutex<Vec<Arc<Instance>>>>,
    store: Store,
}

impl Instances {
    pub(crate) fn new(store: &Store) -> Self {
        Self {
            all: Arc::default(),
            store: store.clone(),
        }
    }

    /// An instance of an application, by its name.
    pub(crate) fn find(&self, application: Id, name: &str) -> Option<Arc<Instance>> {
        self.with(|all| {
            let mut all = all.iter();
            all.find(|it| it.application().id == application && it.name() == name)
                .cloned()
        })
    }

    /// Ends instances of an application for good, whoever has deployed them: no more requests,
    /// SIGTERM, and SIGKILL after their grace. This does not wait.
    pub(crate) fn end(&self, application: Id, which: impl Fn(&Instance) -> bool) {
        let ending = self.with(|all| {
            let own = all.iter().filter(|it| it.application().id == application);
            own.filter(|it| which(it)).cloned().collect::<Vec<_>>()
        });
        for instance in ending {
            instance.deployment.supersede();
            // One that cannot be signalled has ended.
            let _ = instance.stop();
        }
    }

    pub(super) fn add(&self, instance: &Arc<Instance>) {
        self.with(|all| all.push(instance.clone()));
        self.changed(instance.application());
    }

    pub(super) fn remove(&self, instance: &Instance) {
        let is_other = |other: &Arc<Instance>| other.name() != instance.name();
        let removed = self.with(|all| {
            let before = all.len();
            all.retain(is_other);
            all.len() < before
        });
        if removed {
            self.changed(instance.application());
        }
    }

    /// Brings the status of an application up to date. What is seen and what is written down are
    /// one step, so that no older state is written over a newer one.
    pub(super) fn changed(&self, application: &Application) {
        self.with(|all| {
            let own = |it: &&Arc<Instance>| it.application().id == application.id;
            let own: Vec<&Arc<Instance>> = all.iter().filter(own).collect();
            let status = status::of(&own);
            // An application that is gone has no status any more.
            let _ = self.store.with(|it| it.set_status(application.id, status));
        });
    }

    fn with<R>(&self, work: impl FnOnce(&mut Vec<Arc<Instance>>) -> R) -> R {
        work(&mut self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
