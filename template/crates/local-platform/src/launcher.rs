//! How services are launched on a platform: those that are deployed by hand as well as uploads.

use std::sync::Arc;

use packaging::{Isolation, Manifest};

use crate::containers::Containers;
use crate::environment::{Environment, Variables};
use crate::gateway::Targets;
use crate::runtime::{DeployError, Deployment, Instances, Service};
use crate::state::{Application, Store};

/// All that a service is launched with.
#[derive(Clone)]
pub(crate) struct Launcher {
    pub(crate) store: Store,
    pub(crate) targets: Targets,
    pub(crate) instances: Instances,
    /// Where services run in containers.
    pub(crate) containers: Option<Containers>,
    /// The platform's address.
    pub(crate) url: String,
    /// Instead of a manifest's.
    pub(crate) isolation: Option<Isolation>,
    /// Instead of a manifest's.
    pub(crate) replicas: Option<usize>,
    /// The platform's own.
    pub(crate) variables: Arc<Variables>,
}

impl Launcher {
    /// The environment of an application's service that knows the platform by this address.
    pub(crate) fn environment(
        &self,
        application: &Application,
        manifest: &Manifest,
        base_url: String,
    ) -> Environment {
        let (store, variables) = (&self.store, &self.variables);
        Environment::new(store, application, manifest, base_url, variables)
    }

    /// How many instances a deployment has; with `PER_TENANT` of each tenant.
    pub(crate) fn replicas(&self, manifest: &Manifest) -> usize {
        self.replicas.unwrap_or(manifest.replicas.into())
    }

    /// A service of an application, ready to be launched by a manifest. Where it is a package, its
    /// image is loaded.
    pub(crate) fn deployment(
        &self,
        service: Service,
        application: &Application,
        manifest: &Manifest,
    ) -> Result<Deployment, DeployError> {
        let service = match &self.containers {
            Some(containers) => service.loaded(containers)?,
            None => service,
        };
        let base_url = service.base_url().unwrap_or_else(|| self.url.clone());
        Ok(Deployment::new(
            service,
            self.environment(application, manifest, base_url),
            manifest,
            self.replicas(manifest),
            &self.targets,
            &self.instances,
        ))
    }
}
