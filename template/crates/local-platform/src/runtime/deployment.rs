//! What the instances of one deployment have in common.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use packaging::{Isolation, Manifest, Probe};

use super::instance::Incident;
use super::registry::Instances;
use super::resources::{self, Limits};
use super::service::Service;
use crate::environment::Environment;
use crate::gateway::Targets;
use crate::state::Subscription;

/// Incidents that nobody asks for are kept up to this number.
const INCIDENTS: usize = 100;

/// A service with all that its instances are run by.
pub(crate) struct Deployment {
    pub(super) service: Service,
    pub(super) environment: Environment,
    pub(super) liveness: Option<Probe>,
    pub(super) readiness: Option<Probe>,
    /// In bytes, where the manifest has one.
    pub(super) memory_limit: Option<u64>,
    /// What a container may take.
    pub(super) limits: Limits,
    /// Instances, with `PER_TENANT` of each tenant.
    pub(super) replicas: usize,
    pub(super) targets: Targets,
    pub(super) instances: Instances,
    incidents: Mutex<VecDeque<Incident>>,
    is_superseded: AtomicBool,
}

impl Deployment {
    pub(crate) fn new(
        service: Service,
        environment: Environment,
        manifest: &Manifest,
        replicas: usize,
        targets: &Targets,
        instances: &Instances,
    ) -> Self {
        Self {
            service,
            environment,
            liveness: manifest.liveness_probe.clone(),
            readiness: manifest.readiness_probe.clone(),
            memory_limit: resources::memory(&manifest.resources),
            limits: Limits::of(&manifest.resources),
            replicas,
            targets: targets.clone(),
            instances: instances.clone(),
            incidents: Mutex::default(),
            is_superseded: AtomicBool::new(false),
        }
    }

    pub(super) fn is_per_tenant(&self) -> bool {
        self.environment.isolation == Isolation::PerTenant
    }

    pub(super) fn subscriptions(&self) -> Vec<Subscription> {
        let id = self.environment.application.id;
        self.environment
            .store
            .with(|platform| platform.subscriptions(id))
    }

    /// From here on it has no new instances.
    pub(super) fn supersede(&self) {
        self.is_superseded.store(true, Relaxed);
    }

    pub(super) fn is_superseded(&self) -> bool {
        self.is_superseded.load(Relaxed)
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
