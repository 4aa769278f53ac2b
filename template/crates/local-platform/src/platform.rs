//! The local platform as a library: start one, deploy a service to it, ask what it saw.

mod builder;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use packaging::{Isolation, Manifest};

use crate::containers::Containers;
use crate::faults::{Fault, Faults, InjectedFault};
use crate::gateway::Instance;
use crate::hosting::Host;
use crate::launcher::Launcher;
use crate::manifest;
use crate::recorder::{RecordedRequest, Recorder};
use crate::runtime::{DeployError, Incident, RunningService, Service};
use crate::server::Server;
use crate::start_error::StartError;
use crate::state::{Application, OWNER, Secrets};

pub use builder::{Builder, FURTHER_TENANTS};

/// A running platform, on threads of its own and a port of the loopback interface.
///
/// It has the same data at every start, and new service users: owner tenant `t100`, further tenants
/// `t101` and so on, all subscribed to one application; in each a user `admin` with the password
/// `local-platform` and all roles. Dropping it stops it and frees the port.
pub struct LocalPlatform {
    /// What runs uploads. It ends before the server, which what is being stopped may still ask.
    host: Option<Host>,
    server: Server,
    launcher: Launcher,
    recorder: Recorder,
    faults: Faults,
    manifest: Manifest,
    application: Application,
    further_tenants: usize,
}

impl LocalPlatform {
    /// Starts a platform with the demo data and the example application, on a free port.
    pub fn start() -> Result<Self, StartError> {
        Self::builder().start()
    }

    /// Sets up a platform before it starts.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Where it listens beside that, for containers: this machine's address on their engine's network
    /// and the port, such as `172.17.0.1:40123`.
    #[must_use]
    pub fn address_for_containers(&self) -> Option<String> {
        self.launcher
            .containers
            .as_ref()
            .and_then(Containers::address)
    }

    /// Its address as a URL without a path, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        self.launcher.url.clone()
    }

    /// Where the gateway finds the application's service, such as
    /// `http://127.0.0.1:40123/service/hello`.
    #[must_use]
    pub fn service_url(&self) -> String {
        format!("{}/service/{}", self.url(), self.context_path())
    }

    /// The tenants' IDs, in their order: the owner first, then `t101` and so on.
    #[must_use]
    pub fn tenants(&self) -> Vec<String> {
        self.launcher
            .store
            .with(|platform| platform.tenants().map(|tenant| tenant.id.clone()).collect())
    }

    /// The application's manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The application's name.
    #[must_use]
    pub fn application_name(&self) -> &str {
        self.application.name()
    }

    /// The application's ID.
    #[must_use]
    pub fn application_id(&self) -> String {
        self.application.id.to_string()
    }

    /// The application's context path.
    #[must_use]
    pub fn context_path(&self) -> &str {
        self.application.context_path()
    }

    /// Takes over another manifest of the same application: from now on its roles and its context
    /// path are those of the application, and what is deployed next runs by it.
    pub fn update_manifest(&mut self, mut manifest: Manifest) -> Result<(), StartError> {
        let name = manifest.name_or(manifest::DEFAULT_NAME);
        if name != self.application_name() {
            let old = self.application_name();
            let message = format!("it is {old} for as long as the platform runs, not {name}");
            return Err(StartError::Application(message));
        }
        let application = self
            .launcher
            .store
            .with(|it| it.apply_manifest(self.application.id, &manifest))
            .map_err(|refusal| StartError::Application(refusal.to_string()))?;
        manifest.isolation = self.launcher.isolation.unwrap_or(manifest.isolation);
        (self.manifest, self.application) = (manifest, application);
        Ok(())
    }

    /// How many instances a deployment has; with `PER_TENANT` of each tenant.
    #[must_use]
    pub fn replicas(&self) -> usize {
        self.launcher.replicas(&self.manifest)
    }

    /// The tenant that a service which is started by hand serves, where the manifest's isolation is
    /// `PER_TENANT`: the first one beside the owner.
    #[must_use]
    pub fn instance_tenant(&self) -> Option<String> {
        let first = if self.further_tenants == 0 {
            OWNER
        } else {
            "t101"
        };
        (self.manifest.isolation == Isolation::PerTenant).then(|| first.to_owned())
    }

    /// The environment variables that a container of the application gets, with `PER_TENANT` that of
    /// [`LocalPlatform::instance_tenant`]. In a container `server_port` is 80.
    #[must_use]
    pub fn bootstrap_environment(&self, server_port: u16) -> BTreeMap<String, String> {
        let subscription = self.instance_tenant().and_then(|tenant| {
            self.launcher
                .store
                .with(|it| it.tenant(&tenant).ok()?.subscription(self.application.id))
        });
        self.launcher
            .environment(&self.application, &self.manifest, self.url())
            .variables(server_port, subscription.as_ref())
    }

    /// Routes the gateway to a service that someone else has started, instead of any other.
    pub fn set_target(&self, context_path: &str, address: SocketAddr) {
        self.launcher
            .targets
            .set(context_path, self.instance(address));
    }

    /// Routes the gateway to one more instance of a service, which takes turns with the others.
    pub fn add_target(&self, context_path: &str, address: SocketAddr) {
        self.launcher
            .targets
            .add(context_path, self.instance(address));
    }

    fn instance(&self, address: SocketAddr) -> Instance {
        Instance {
            address,
            tenant: self.instance_tenant(),
        }
    }

    /// Starts a service as the platform does, in as many instances as it has, waits until all are
    /// ready, and routes the gateway to them.
    ///
    /// This blocks the calling thread until the service is ready or its time is up.
    pub fn deploy(&self, service: Service) -> Result<RunningService, DeployError> {
        let mut running = self.launch(service)?;
        running.wait_until_ready()?;
        Ok(running)
    }

    /// As [`LocalPlatform::deploy`], without the wait: [`RunningService::probe`] makes one try.
    pub fn launch(&self, service: Service) -> Result<RunningService, DeployError> {
        let Self {
            application,
            manifest,
            ..
        } = self;
        let deployment = self.launcher.deployment(service, application, manifest)?;
        RunningService::launch(deployment)
    }

    /// What has happened to the instances of uploads since this was asked last: see
    /// [`Builder::containers`].
    #[must_use]
    pub fn take_incidents(&self) -> Vec<Incident> {
        let host = self.host.iter();
        host.flat_map(Host::take_incidents).collect()
    }

    /// The requests that were answered, oldest first; the last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.recorder.requests()
    }

    /// Its secrets: no log and no answer of a service should have one.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        Secrets(self.launcher.store.clone())
    }

    /// Makes requests fail from now on, as the fault says: see [`Fault`].
    #[expect(
        clippy::must_use_candidate,
        reason = "the fault is injected whether or not its handle is wanted"
    )]
    pub fn inject(&self, fault: Fault) -> InjectedFault {
        self.faults.inject(fault)
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    /// Stops the platform and frees its port; as dropping it, but visible in the code.
    pub fn stop(self) {
        drop(self);
    }

    /// As [`LocalPlatform::stop`]; the instances of uploads are killed as soon as `kill` says so: it
    /// is asked until they have ended.
    pub fn stop_or_kill(mut self, kill: impl FnMut() -> bool) {
        if let Some(host) = &mut self.host {
            host.stop(kill);
        }
    }
}
