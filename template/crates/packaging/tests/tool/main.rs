//! The program, as its users call it: against a local platform, over HTTP.

mod account;
mod arguments;
mod bootstrap;
mod deploy;
mod failures;
mod run;
mod script;
mod status;
mod subscriptions;
mod support;
mod validate;
