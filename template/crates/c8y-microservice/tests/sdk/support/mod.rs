//! What the tests share: a service of the SDK, a platform, stand-ins for it, and waiting with a
//! bound.

mod http;
mod platform;
mod ports;
mod routes;
mod service;
mod stand_in;
mod wait;

pub(crate) use http::{Reply, User, assert_error_form, send};
pub(crate) use platform::{Restartable, TestPlatform};
pub(crate) use ports::free_port;
pub(crate) use service::{Kind, Setup, TestService};
pub(crate) use stand_in::{RawStandIn, StandIn, client_at};
pub(crate) use wait::{eventually, soon};
