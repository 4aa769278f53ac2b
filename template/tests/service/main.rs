//! The service as a process, on a local platform, over HTTP.

mod app;
mod authorization;
mod create_alarms;
mod endpoints;
mod lifecycle;
mod log;
mod manifest;
