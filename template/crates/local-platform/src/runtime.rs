//! The runtime: runs a service as child processes, the way the platform runs its containers.
//!
//! A deployment has instances; each instance has one process at a time and a thread that supervises
//! it, by the manifest's probes and its limit of memory.

mod backoff;
mod deployment;
mod error;
mod health;
mod instance;
mod memory;
mod output;
mod probe;
mod process;
mod registry;
mod roster;
mod running;
mod service;
mod status;
mod supervisor;

pub use error::DeployError;
pub use instance::{Incident, Instance};
pub use running::RunningService;
pub use service::{Output, Service};

pub(crate) use deployment::Deployment;
pub(crate) use registry::Instances;
