//! The local platform as a library: start one, deploy a service to it, ask what it saw.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use packaging::{Isolation, Manifest};

use crate::environment::{Container, Variables};
use crate::faults::{Fault, Faults, InjectedFault};
use crate::gateway::{GatewayOptions, Instance, Targets};
use crate::manifest;
use crate::recorder::{RecordedRequest, Recorder};
use crate::runtime::{DeployError, Deployment, Instances, RunningService, Service};
use crate::server::{Parts, Server, bind};
use crate::start_error::StartError;
use crate::state::{Application, Demo, OWNER, Store};

/// Tenants beside the owner, unless asked otherwise.
pub const FURTHER_TENANTS: usize = 3;

/// A running platform, on threads of its own and a port of the loopback interface.
///
/// It has the same data at every start, and new service users: owner tenant `t100`, further tenants
/// `t101` and so on, all subscribed to one application; in each a user `admin` with the password
/// `local-platform` and all roles. Dropping it stops it and frees the port.
pub struct LocalPlatform {
    server: Server,
    store: Store,
    targets: Targets,
    recorder: Recorder,
    faults: Faults,
    instances: Instances,
    manifest: Manifest,
    application: Application,
    further_tenants: usize,
    isolation: Option<Isolation>,
    replicas: Option<usize>,
    variables: Arc<Variables>,
}

/// How a platform is started: see [`LocalPlatform::builder`].
#[derive(Clone, Debug, Default)]
pub struct Builder {
    port: u16,
    further_tenants: Option<usize>,
    manifest: Option<Manifest>,
    isolation: Option<Isolation>,
    gateway: GatewayOptions,
    replicas: Option<usize>,
    variables: Variables,
}

impl Builder {
    /// The port to listen on; without one, or with 0, any that is free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How many tenants there are beside the owner: 3 unless given.
    #[must_use]
    pub fn further_tenants(mut self, number: usize) -> Self {
        self.further_tenants = Some(number);
        self
    }

    /// The application's manifest. Without one it is an example that may read and write inventory,
    /// identity and alarms.
    #[must_use]
    pub fn manifest(mut self, manifest: Manifest) -> Self {
        self.manifest = Some(manifest);
        self
    }

    /// The application's manifest, from a file.
    pub fn manifest_file(self, path: impl AsRef<Path>) -> Result<Self, StartError> {
        Ok(self.manifest(Manifest::read(path.as_ref())?))
    }

    /// The application's manifest: `cumulocity.json` in a folder, or in the nearest one above it.
    pub fn nearest_manifest(self, folder: impl AsRef<Path>) -> Result<Self, StartError> {
        self.manifest_file(manifest::nearest_manifest(folder.as_ref())?)
    }

    /// The isolation, instead of the manifest's.
    #[must_use]
    pub fn isolation(mut self, isolation: Isolation) -> Self {
        self.isolation = Some(isolation);
        self
    }

    /// How long a service may take to begin its answer, and either side to go on with a body,
    /// before the gateway gives up: 60 seconds unless given.
    #[must_use]
    pub fn gateway_timeout(mut self, timeout: Duration) -> Self {
        self.gateway.timeout = timeout;
        self
    }

    /// Whether the gateway sends a service its settings for the caller's tenant as headers, as older
    /// platforms do: not unless asked for.
    #[must_use]
    pub fn settings_as_headers(mut self, wanted: bool) -> Self {
        self.gateway.settings_as_headers = wanted;
        self
    }

    /// How many instances run, instead of the manifest's number; with `PER_TENANT` of each tenant.
    #[must_use]
    pub fn replicas(mut self, number: usize) -> Self {
        self.replicas = Some(number);
        self
    }

    /// The platform's own variables, such as `MICROSERVICE_RUNTIME_TIMEZONE`: where the owner tenant
    /// has no option of the same meaning, a service's time zone and proxies are taken from them.
    #[must_use]
    pub fn platform_variables(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        self.variables = variables.into_iter().collect();
        self
    }

    /// Starts the platform.
    pub fn start(self) -> Result<LocalPlatform, StartError> {
        let in_use = |reason| StartError::Port {
            port: self.port,
            reason,
        };
        let listener = bind(self.port).map_err(in_use)?;
        let mut manifest = self.manifest.map_or_else(manifest::example, Ok)?;
        manifest.isolation = self.isolation.unwrap_or(manifest.isolation);
        let further_tenants = self.further_tenants.unwrap_or(FURTHER_TENANTS);
        let demo = Demo {
            manifest: &manifest,
            name: manifest.name_or(manifest::DEFAULT_NAME),
            further_tenants,
        };
        let (platform, application) = demo
            .build()
            .map_err(|refusal| StartError::Application(refusal.to_string()))?;
        let store = Store::new(platform);
        let (targets, recorder) = (Targets::default(), Recorder::default());
        let instances = Instances::new(&store);
        let faults = Faults::default();
        let parts = Parts {
            store: store.clone(),
            targets: targets.clone(),
            recorder: recorder.clone(),
            faults: faults.clone(),
            gateway: self.gateway,
            instances: instances.clone(),
        };
        let server = Server::start(listener, parts).map_err(StartError::Server)?;
        Ok(LocalPlatform {
            server,
            store,
            targets,
            recorder,
            faults,
            instances,
            manifest,
            application,
            further_tenants,
            isolation: self.isolation,
            replicas: self.replicas,
            variables: Arc::new(self.variables),
        })
    }
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

    /// Its address as a URL without a path, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
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
        self.store
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
            .store
            .with(|it| it.apply_manifest(self.application.id, &manifest))
            .map_err(|refusal| StartError::Application(refusal.to_string()))?;
        manifest.isolation = self.isolation.unwrap_or(manifest.isolation);
        (self.manifest, self.application) = (manifest, application);
        Ok(())
    }

    /// How many instances a deployment has; with `PER_TENANT` of each tenant.
    #[must_use]
    pub fn replicas(&self) -> usize {
        self.replicas.unwrap_or(self.manifest.replicas.into())
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
            self.store
                .with(|it| it.tenant(&tenant).ok()?.subscription(self.application.id))
        });
        self.container()
            .variables(server_port, subscription.as_ref())
    }

    fn container(&self) -> Container {
        Container::new(
            &self.store,
            &self.application,
            &self.manifest,
            self.url(),
            &self.variables,
        )
    }

    /// Routes the gateway to a service that someone else has started, instead of any other.
    pub fn set_target(&self, context_path: &str, address: SocketAddr) {
        self.targets.set(context_path, self.instance(address));
    }

    /// Routes the gateway to one more instance of a service, which takes turns with the others.
    pub fn add_target(&self, context_path: &str, address: SocketAddr) {
        self.targets.add(context_path, self.instance(address));
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
        RunningService::launch(Deployment::new(
            service,
            self.container(),
            &self.manifest,
            self.replicas(),
            &self.targets,
            &self.instances,
        ))
    }

    /// The requests that were answered, oldest first; the last 10,000.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.recorder.requests()
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
}
