//! The SDK in a running service, against the local platform or a stand-in for it, over HTTP.

mod answers;
mod bootstrap;
mod changes;
mod client;
mod clock;
mod fan_out;
mod find_or_create;
mod health;
mod inbound;
mod inbound_limits;
mod metrics;
mod modes;
mod outage;
mod outbound;
mod outside;
mod paths;
mod platform;
mod proxies;
mod refresh;
mod requests;
mod self_registration;
mod settings;
mod start;
mod support;
mod time_limit;
mod tls;
