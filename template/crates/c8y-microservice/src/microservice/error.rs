//! Why a service does not run.

use std::io;
use std::net::SocketAddr;

use tokio::task::JoinError;

use crate::config;

/// Why a service could not start, or ended without being told to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The environment is not a configuration.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
    /// The text that was given as the manifest is none.
    #[error("Microservice::manifest was not given a manifest to register: {0}")]
    Manifest(String),
    /// The port cannot be bound.
    #[error("cannot listen on {address}: {source}; SERVER_ADDRESS and SERVER_PORT choose another")]
    Listen {
        /// What should have been bound.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The HTTP client cannot be made.
    #[error("cannot make the HTTP client: {0}")]
    Client(String),
    /// The HTTP server or the background runtime failed.
    #[error("cannot run: {0}")]
    Run(#[from] io::Error),
    /// A part of the service that should run until the end ended before.
    #[error("{0} ended by itself")]
    Ended(&'static str),
    /// Jobs that cannot be done, a text for each problem.
    #[cfg(feature = "jobs")]
    #[error("cannot do the jobs: {}", .0.join("; "))]
    Jobs(Vec<String>),
}

impl Error {
    /// Why the HTTP server has ended before it was told to.
    pub(super) fn of_server(result: Result<io::Result<()>, JoinError>) -> Self {
        match result {
            Ok(Err(error)) => Self::Run(error),
            _ => Self::Ended("the HTTP server"),
        }
    }
}
