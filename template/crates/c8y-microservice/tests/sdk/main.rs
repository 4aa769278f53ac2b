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
mod modes;
mod outage;
mod outside;
mod paths;
mod platform;
mod proxies;
mod refresh;
mod requests;
mod self_registration;
mod settings;
mod support;
mod tls;
