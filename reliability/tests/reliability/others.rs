//! Where others fail: mistakes that services on this platform have been seen to make.

mod environment;
mod error_pages;
mod fan_outs;
mod identity;
mod malformed;
mod polling;
mod probe_paths;
mod raw;
mod rotation;
mod settings;
mod tls;
mod tls_server;
