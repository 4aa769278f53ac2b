//! A Cumulocity to develop and test a microservice against: in memory, over HTTP, on this machine.
//!
//! A test starts one on a free port, as many as it likes at once, from synchronous and asynchronous
//! code alike:
//!
//! ```
//! let platform = local_platform::LocalPlatform::start()?;
//! let environment = platform.bootstrap_environment(8080);
//! assert_eq!(environment["C8Y_BASEURL"], platform.url());
//! assert_eq!(environment["C8Y_BOOTSTRAP_TENANT"], "t100");
//! # Ok::<(), local_platform::StartError>(())
//! ```
//!
//! It answers the requests that a microservice and its author send (see the README's table) as the
//! platform does, also to those whom it refuses. [`LocalPlatform::deploy`] runs a service the way
//! the platform runs its container, behind the gateway; with [`Builder::containers`] it is one, and
//! uploads are run as well. [`LocalPlatform::inject`] makes requests fail, as a [`Fault`] says. The
//! program of the same name serves the same to people.

mod api;
mod containers;
mod environment;
mod faults;
mod gateway;
mod hosting;
mod launcher;
mod manifest;
mod names;
mod path;
mod platform;
mod ports;
mod recorder;
mod refusal;
mod runtime;
mod server;
mod start_error;
mod state;

pub use containers::LoadError;
pub use faults::{Fault, InjectedFault};
pub use manifest::nearest_manifest;
pub use packaging::{Engine, EngineError, Isolation, Manifest, ManifestError, Scale};
pub use platform::{Builder, FURTHER_TENANTS, LocalPlatform};
pub use recorder::RecordedRequest;
pub use runtime::{DeployError, Incident, Instance, Output, RunningService, Service};
pub use start_error::StartError;
pub use state::{ADMIN, OWNER, PASSWORD, Secrets};
