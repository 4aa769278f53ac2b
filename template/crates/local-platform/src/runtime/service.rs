//! What is to be run, and why it could not be.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

const READY_WITHIN: Duration = Duration::from_secs(30);
/// What the platform gives a container between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(30);

/// A service to deploy.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) executable: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) output: Output,
    pub(super) ready_within: Duration,
    pub(super) grace: Duration,
}

/// Where a service's standard output and error go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// Where those of this process go.
    Inherit,
    /// Into [`RunningService::log`](crate::RunningService::log).
    #[default]
    Capture,
}

impl Service {
    /// A service that is this executable.
    pub fn new(executable: impl Into<PathBuf>) -> Self {
        Self {
            executable: executable.into(),
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            output: Output::default(),
            ready_within: READY_WITHIN,
            grace: GRACE,
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

    /// Says where standard output and error go: they are captured unless said otherwise.
    #[must_use]
    pub fn output(mut self, output: Output) -> Self {
        self.output = output;
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
}

/// Why a service does not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeployError {
    /// The executable could not be started.
    #[error("{} cannot be started: {reason}", executable.display())]
    Start {
        /// The executable.
        executable: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The process ended by itself before it was ready.
    #[error("the service ended before it was ready: {status}{log}")]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// What it wrote last, where it was captured.
        log: String,
    },
    /// The readiness probe did not succeed in time.
    #[error("the service was not ready within {} s: {reason}{log}", within.as_secs_f32())]
    NotReady {
        /// The time that it had.
        within: Duration,
        /// What the last try met.
        reason: String,
        /// What the service wrote last, where it was captured.
        log: String,
    },
    /// The process could not be watched.
    #[error("the service cannot be watched: {0}")]
    Watch(#[from] io::Error),
}
