//! What a platform is started with.

use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use packaging::{Engine, Isolation, Manifest};

use super::LocalPlatform;
use crate::containers::Containers;
use crate::environment::Variables;
use crate::faults::Faults;
use crate::gateway::{GatewayOptions, Targets};
use crate::hosting::Hosting;
use crate::launcher::Launcher;
use crate::manifest;
use crate::ports::bind;
use crate::recorder::Recorder;
use crate::runtime::Instances;
use crate::server::{self, Parts, Server};
use crate::start_error::StartError;
use crate::state::{Application, Demo, PASSWORD, Store};

/// Tenants beside the owner, unless asked otherwise.
pub const FURTHER_TENANTS: usize = 3;

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
    token_lifetime: Option<Duration>,
    administrators: Vec<(String, String)>,
    bootstrap_password: Option<String>,
    engine: Option<Engine>,
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

    /// How long the tokens count that a login gives out: two weeks unless given.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }

    /// Adds a user with all roles to each tenant, beside `admin`. A test that searches what a service
    /// shows for secrets wants other passwords than words that everybody uses.
    #[must_use]
    pub fn administrator(mut self, name: &str, password: &str) -> Self {
        self.administrators
            .push((name.to_owned(), password.to_owned()));
        self
    }

    /// The bootstrap user's password, instead of `local-platform`.
    #[must_use]
    pub fn bootstrap_password(mut self, password: &str) -> Self {
        self.bootstrap_password = Some(password.to_owned());
        self
    }

    /// The container engine that runs packages: those that are deployed as
    /// [`Service::package`](crate::Service::package), and those that are uploaded, for as long as a
    /// tenant is subscribed. Without an engine uploads are checked and not run.
    ///
    /// Containers reach the platform as `cumulocity`: it listens on this machine's address on the
    /// engine's default network as well.
    #[must_use]
    pub fn containers(mut self, engine: Engine) -> Self {
        self.engine = Some(engine);
        self
    }

    /// Starts the platform.
    pub fn start(mut self) -> Result<LocalPlatform, StartError> {
        let (containers, listeners) = self.listen().map_err(|reason| StartError::Port {
            port: self.port,
            reason,
        })?;
        let mut manifest = self.manifest.take().map_or_else(manifest::example, Ok)?;
        manifest.isolation = self.isolation.unwrap_or(manifest.isolation);
        let (store, application) = self.demo(&manifest)?;
        let launcher = Launcher {
            targets: Targets::default(),
            instances: Instances::new(&store),
            store,
            containers,
            url: server::url(&listeners).map_err(StartError::Server)?,
            isolation: self.isolation,
            replicas: self.replicas,
            variables: Arc::new(std::mem::take(&mut self.variables)),
        };
        let hosting = launcher.containers.clone();
        let hosting = hosting.map(|containers| Hosting::start(launcher.clone(), containers));
        let hosting = hosting.transpose().map_err(StartError::Server)?;
        let (hosting, host) = hosting.unzip();
        let (recorder, faults) = (Recorder::default(), Faults::default());
        let parts = Parts {
            store: launcher.store.clone(),
            targets: launcher.targets.clone(),
            recorder: recorder.clone(),
            faults: faults.clone(),
            gateway: self.gateway,
            instances: launcher.instances.clone(),
            hosting,
        };
        let server = Server::start(listeners, parts).map_err(StartError::Server)?;
        Ok(LocalPlatform {
            host,
            server,
            launcher,
            recorder,
            faults,
            manifest,
            application,
            further_tenants: self.tenants(),
        })
    }

    /// Takes the port, for containers as well where they are wanted. What an earlier platform has
    /// left behind on a port of one's choice is removed.
    fn listen(&mut self) -> io::Result<(Option<Containers>, Vec<TcpListener>)> {
        let Some(engine) = self.engine.take() else {
            return Ok((None, vec![bind(self.port)?]));
        };
        let (containers, listeners) = Containers::listen(engine, self.port)?;
        if self.port != 0 {
            // What the engine cannot remove now shows again where it is in the way.
            let _ = containers.remove_left();
        }
        Ok((Some(containers), listeners))
    }

    fn tenants(&self) -> usize {
        self.further_tenants.unwrap_or(FURTHER_TENANTS)
    }

    fn demo(&self, manifest: &Manifest) -> Result<(Store, Application), StartError> {
        let demo = Demo {
            manifest,
            name: manifest.name_or(manifest::DEFAULT_NAME),
            further_tenants: self.tenants(),
            administrators: &self.administrators,
            bootstrap_password: self.bootstrap_password.as_deref().unwrap_or(PASSWORD),
        };
        let (mut platform, application) = demo
            .build()
            .map_err(|refusal| StartError::Application(refusal.to_string()))?;
        if let Some(lifetime) = self.token_lifetime {
            platform.tokens.set_lifetime(lifetime);
        }
        Ok((Store::new(platform), application))
    }
}
