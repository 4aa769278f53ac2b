//! The service as a process, on a local platform, over HTTP.

mod app;
mod create_alarms;
mod lifecycle;
mod log;
