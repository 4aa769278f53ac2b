//! What is to be run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::backoff::Backoff;

const READY_WITHIN: Duration = Duration::from_secs(30);
/// What the platform gives a container between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(30);
/// The platform begins with ten seconds; here someone waits for it.
const FIRST_RESTART: Duration = Duration::from_secs(1);
const LAST_RESTART: Duration = Duration::from_mins(5);

/// A service to deploy.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) executable: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) output: Output,
    pub(super) ready_within: Duration,
    pub(super) grace: Duration,
    pub(super) backoff: Backoff,
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
            backoff: Backoff::between(FIRST_RESTART, LAST_RESTART),
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
