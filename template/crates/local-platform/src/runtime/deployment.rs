//! What the instances of one deployment have in common.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use packaging::{Isolation, Manifest, Probe};

use super::instance::Incident;
use super::memory;
use super::registry::Instances;
use super::service::Service;
use crate::environment::Container;
use crate::gateway::Targets;
use crate::state::Subscription;

/// Incidents that nobody asks for are kept up to this number.
const INCIDENTS: usize = 100;

/// A service with all that its instances are run by.
pub(crate) struct Deployment {
    pub(super) service: Service,
    pub(super) container: Container,
    pub(super) liveness: Option<Probe>,
    pub(super) readiness: Option<Probe>,
    /// In bytes, where the manifest has one.
    pub(super) memory_limit: Option<u64>,
    /// Instances, with `PER_TENANT` of each tenant.
    pub(super) replicas: usize,
    pub(super) targets: Targets,
    pub(super) instances: Instances,
    incidents: Mutex<VecDeque<Incident>>,
}

impl Deployment {
    pub(crate) fn new(
        service: Service,
        container: Container,
        manifest: &Manifest,
        replicas: usize,
        targets: &Targets,
        instances: &Instances,
    ) -> Self {
        Self {
            service,
            container,
            liveness: manifest.liveness_probe.clone(),
            readiness: manifest.readiness_probe.clone(),
            memory_limit: manifest.resources.memory.as_deref().and_then(memory::parse),
            replicas,
            targets: targets.clone(),
            instances: instances.clone(),
            incidents: Mutex::default(),
        }
    }

    pub(super) fn is_per_tenant(&self) -> bool {
        self.container.isolation == Isolation::PerTenant
    }

    pub(super) fn subscriptions(&self) -> Vec<Subscription> {
        let id = self.container.application.id;
        self.container
            .store
            .with(|platform| platform.subscriptions(id))
    }

    pub(super) fn record(&self, incident: Incident) {
        let mut incidents = self.lock();
        if incidents.len() == INCIDENTS {
            incidents.pop_front();
        }
        incidents.push_back(incident);
    }

    pub(super) fn take_incidents(&self) -> Vec<Incident> {
        self.lock().drain(..).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Incident>> {
        self.incidents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
