//! The local platform over HTTP, as clients meet it.

mod applications;
mod authorization;
mod containers;
mod facade;
mod faults;
mod gateway;
mod helpers;
mod inventory;
mod not_simulated;
mod program;
mod records;
mod rest;
mod runtime;
mod strangers;
mod tenants;
mod users;
