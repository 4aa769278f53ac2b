//! The local platform over HTTP, as clients meet it.

mod alarms;
mod applications;
mod authentication;
mod facade;
mod gateway;
mod helpers;
mod identity;
mod inventory;
mod program;
mod rest;
mod runtime;
mod subscriptions;
mod tenants;
mod users;
