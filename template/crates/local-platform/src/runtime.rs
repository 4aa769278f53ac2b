//! The runtime: runs a service as a child process, the way the platform runs its container.

mod output;
mod probe;
mod process;
mod service;

pub use process::RunningService;
pub use service::{DeployError, Output, Service};

pub(crate) use process::Route;
