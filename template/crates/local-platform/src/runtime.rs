//! The runtime: runs a service as the platform does, in containers or as child processes.
//!
//! A deployment has instances; each instance has one process at a time and a thread that supervises
//! it, by the manifest's probes and its limit of memory. With a container the process is the
//! engine's program that is attached to it: it prints what the container prints, and ends as it ends.

mod backoff;
mod container;
mod deployment;
mod error;
mod health;
mod instance;
mod name;
mod output;
mod place;
mod probe;
mod process;
mod registry;
mod resources;
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
