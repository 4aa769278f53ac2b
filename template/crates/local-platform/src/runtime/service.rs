//! What is to be run.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use packaging::Package;

use super::backoff::Backoff;
use super::error::DeployError;
use crate::containers::{Containers, LoadError, LoadedImage};

const READY_WITHIN: Duration = Duration::from_secs(30);
/// What the platform gives a container between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(30);
/// The platform begins with ten seconds; here someone waits for it.
const FIRST_RESTART: Duration = Duration::from_secs(1);
const LAST_RESTART: Duration = Duration::from_mins(5);

/// A service to deploy.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) program: Program,
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) output: Output,
    pub(super) listener: Option<Listener>,
    pub(super) ready_within: Duration,
    pub(super) grace: Duration,
    pub(super) backoff: Backoff,
}

/// What a service is run from.
#[derive(Clone, Debug)]
pub(super) enum Program {
    Executable(PathBuf),
    /// A package whose image has yet to be loaded.
    Package(PathBuf),
    Image(Containers, Arc<LoadedImage>),
}

/// Where a service's standard output and error go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Where those of this process go, as well as into the log.
    Inherit,
    /// Into the log alone: [`RunningService::log`](crate::RunningService::log).
    #[default]
    Capture,
}

/// Is told each line.
#[derive(Clone)]
pub(super) struct Listener(Arc<dyn Fn(&str) + Send + Sync>);

impl Listener {
    pub(super) fn tell(&self, line: &str) {
        (self.0)(line);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

impl Service {
    /// A service that is this executable.
    pub fn new(executable: impl Into<PathBuf>) -> Self {
        Self::of(Program::Executable(executable.into()))
    }

    /// A service that is the image of this package, the zip that is deployed: each instance is a
    /// container, as on the platform, with [`Builder::containers`](crate::Builder::containers).
    ///
    /// The package's manifest is checked, and the service run by the one that the local platform
    /// was started with.
    pub fn package(zip: impl Into<PathBuf>) -> Self {
        Self::of(Program::Package(zip.into()))
    }

    /// A service that is an image of the engine's.
    pub(crate) fn image(containers: &Containers, image: &Arc<LoadedImage>) -> Self {
        Self::of(Program::Image(containers.clone(), image.clone()))
    }

    fn of(program: Program) -> Self {
        Self {
            program,
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            output: Output::default(),
            listener: None,
            ready_within: READY_WITHIN,
            grace: GRACE,
            backoff: Backoff::between(FIRST_RESTART, LAST_RESTART),
        }
    }

    /// Loads the image of a package, for the engine to run.
    pub(crate) fn loaded(mut self, containers: &Containers) -> Result<Self, DeployError> {
        if let Program::Package(zip) = &self.program {
            let image = load(containers, zip).map_err(|reason| DeployError::Package {
                zip: zip.clone(),
                reason,
            })?;
            self.program = Program::Image(containers.clone(), image);
        }
        Ok(self)
    }

    /// The address that it knows the platform by, where that is not the platform's own.
    pub(crate) fn base_url(&self) -> Option<String> {
        match &self.program {
            Program::Image(containers, _) => Some(containers.base_url()),
            Program::Executable(_) | Program::Package(_) => None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable; it wins over the one that the platform gives.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// Says where standard output and error go: into the log alone unless said otherwise.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// Calls `listener` with each line that an instance writes, as it comes, from threads of its own:
    /// with all of them, while the log keeps the last 10,000 of each instance. The listener is dropped
    /// once the service has ended and its last line was told.
    #[must_use]
    pub fn on_line(mut self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.listener = Some(Listener(Arc::new(listener)));
        self
    }

    /// How long the service may take to be ready: 30 seconds unless given.
    #[must_use]
    pub fn ready_within(mut self, time: Duration) -> Self {
        self.ready_within = time;
        self
    }

    /// How long the service may take to stop before it is killed: 30 seconds unless given.
    #[must_use]
    pub fn grace(mut self, time: Duration) -> Self {
        self.grace = time;
        self
    }

    /// How long an instance that has failed stays down: `first` after its first failure, twice as
    /// long after each further one, at most `most`. 1 second and 5 minutes unless given.
    #[must_use]
    pub fn restart_after(mut self, first: Duration, most: Duration) -> Self {
        self.backoff = Backoff::between(first, most);
        self
    }
}

fn load(containers: &Containers, zip: &Path) -> Result<Arc<LoadedImage>, LoadError> {
    let package = Package::read(File::open(zip)?)?;
    LoadedImage::load(&containers.engine, File::open(zip)?, &package.image)
}
