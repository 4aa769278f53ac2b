//! Why a service does not run.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use packaging::EngineError;

use crate::containers::LoadError;

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
    /// The package could not be loaded into the engine.
    #[error("{}: {reason}", zip.display())]
    Package {
        /// The package's path.
        zip: PathBuf,
        /// Why not.
        reason: LoadError,
    },
    /// A package is run by an engine, and the platform has none.
    #[error("{} needs a container engine: start the platform with one", .0.display())]
    NoEngine(PathBuf),
    /// The engine did not make the container.
    #[error("no container: {0}")]
    Engine(#[from] EngineError),
    /// With isolation `PER_TENANT` there is an instance for each subscribed tenant.
    #[error("no tenant is subscribed to the application, so there is no instance to run")]
    NoSubscription,
    /// The process ended by itself before it was ready.
    #[error("the service ended before it was ready: {status}{log}")]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// What it wrote last.
        log: String,
    },
    /// The readiness probe did not succeed in time.
    #[error("the service was not ready within {} s: {reason}{log}", within.as_secs_f32())]
    NotReady {
        /// The time that it had.
        within: Duration,
        /// What the last try met.
        reason: String,
        /// What the service wrote last.
        log: String,
    },
    /// The process could not be watched.
    #[error("the service cannot be watched: {0}")]
    Watch(#[from] io::Error),
}
