//! What the tests share: a service of the SDK, a platform, stand-ins for it, and waiting with a
//! bound.

mod example;
mod http;
mod log;
mod login;
mod platform;
mod ports;
mod proxy_servers;
mod routes;
mod saturated;
mod service;
mod stand_in;
mod tenant_routes;
mod tls_server;
mod wait;
mod websocket;

pub(crate) use example::deploy_example;
pub(crate) use http::{Reply, User, assert_error_form, chain, send};
pub(crate) use log::Log;
pub(crate) use login::Session;
pub(crate) use platform::{Restartable, TestPlatform};
pub(crate) use ports::free_port;
pub(crate) use proxy_servers::{Asked, ProxyServer};
pub(crate) use saturated::Saturated;
pub(crate) use service::{Kind, Setup, TestService};
pub(crate) use stand_in::{RawStandIn, StandIn, client_at, client_with, config, environment};
pub(crate) use tls_server::TlsServer;
pub(crate) use wait::{eventually, soon};
pub(crate) use websocket::Socket;
