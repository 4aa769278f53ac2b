//! Faults on demand: what a service has to survive, injected into the platform's answers.
//!
//! They apply to the platform's own API and to the gateway alike. A test injects them with
//! [`LocalPlatform::inject`](crate::LocalPlatform::inject), a person over HTTP, at
//! `/local-platform/faults`.

mod connection;
mod control;
mod fault;
mod half_body;
mod json;
mod list;
mod middleware;
mod spoiled_body;

pub use fault::Fault;
pub use list::InjectedFault;

pub(crate) use connection::remember;
pub(crate) use control::{is_control, routes};
pub(crate) use list::Faults;
pub(crate) use middleware::{Unanswered, apply};
