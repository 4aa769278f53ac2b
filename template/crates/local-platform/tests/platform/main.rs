//! The local platform over HTTP, as clients meet it.

mod alarms;
mod applications;
mod attachments;
mod authentication;
mod events;
mod facade;
mod faults;
mod gateway;
mod gateway_answers;
mod gateway_instances;
mod gateway_streaming;
mod gateway_websocket;
mod helpers;
mod identity;
mod inventory;
mod measurements;
mod not_simulated;
mod program;
mod program_dev;
mod program_gateway;
mod rest;
mod runtime;
mod series;
mod subscriptions;
mod tenants;
mod users;
