//! Everything a microservice owes the Cumulocity platform.
//!
//! A service is a [`Config`] from the environment, a [`Microservice`] that keeps what it owes, and
//! endpoints for [actix-web](actix_web) that ask for what they need in their signature. This is a
//! whole one:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use actix_web::web::{Json, ServiceConfig, resource};
//! use c8y_microservice::{
//!     AlarmFilter, AlarmStatus, ApiError, AsService, Config, Error, Microservice, Require, logging,
//! };
//!
//! #[actix_web::main]
//! async fn main() -> ExitCode {
//!     logging::start();
//!     logging::exit_code(run().await)
//! }
//!
//! async fn run() -> Result<(), Error> {
//!     Microservice::new(Config::from_env()?)
//!         .version(env!("CARGO_PKG_VERSION"))
//!         .on_subscribed(|client| async move { tracing::info!("{} is here", client.tenant()) })
//!         .serve(routes)
//!         .await
//! }
//!
//! fn routes(app: &mut ServiceConfig) {
//!     let readers = Require::new().any_role(["ROLE_ALARM_READ", "ROLE_ALARM_ADMIN"]);
//!     app.service(resource("/active-alarms").wrap(readers).get(active_alarms));
//! }
//!
//! /// How many alarms of the caller's tenant nobody has looked at yet.
//! async fn active_alarms(AsService(client): AsService) -> Result<Json<u64>, ApiError> {
//!     let active = AlarmFilter::new().status(AlarmStatus::Active);
//!     Ok(Json(client.alarms().count(&active).await?))
//! }
//! ```
//!
//! # Endpoints
//!
//! Every endpoint is closed to callers whom the platform does not verify; only `/health`,
//! `/health/liveness`, `/health/readiness` and `/metrics` are open. What an endpoint may do stands in
//! its signature:
//!
//! | an endpoint asks for | and gets |
//! |---|---|
//! | [`User`] | the caller, verified by the platform |
//! | [`AsUser`] | the caller's tenant, reached as the caller: with the caller's roles |
//! | [`AsService`] | the caller's tenant, reached as its service user: with the manifest's `requiredRoles` |
//! | [`Settings`] | the settings of the caller's tenant |
//! | [`Subscriptions`] | all subscribed tenants, each with a client of its own |
//! | [`Body<T>`](Body) | the JSON object in the body, or a 422 that names what is wrong with it |
//!
//! [`Require`] says in the table of routes who may call: users with one of several roles, of the
//! owner tenant, of a subscribed tenant. Whatever goes wrong is answered in the platform's form, as
//! [`ApiError`], with the details in the log alone. A request has a longest life
//! (`REQUEST_TIMEOUT`), and so has all that is done for it.
//!
//! # The platform
//!
//! A tenant's data is reached through its [`TenantClient`] only: typed calls for
//! [inventory](TenantClient::inventory), [identity](TenantClient::identity),
//! [alarms](TenantClient::alarms), [events](TenantClient::events),
//! [measurements](TenantClient::measurements), [files](TenantClient::binaries),
//! [tenant options](TenantClient::tenant_options) and [other microservices](TenantClient::service),
//! and a [raw request](TenantClient::request) for the rest. A list of any length is a stream of
//! [`Items`].
//!
//! A client keeps what a good guest of the platform keeps: the application key, a bounded number of
//! connections, limits of time, and retries where they do no harm, never beyond the time of the
//! request that it works for. A service user whose password has changed is noticed, and the request
//! sent again. What did not succeed is a [`PlatformError`], which keeps the platform's status and
//! words.
//!
//! # All tenants
//!
//! [`Tenants::fan_out`] does the same for every subscribed tenant, many at once, and answers one
//! [`Outcome`] per tenant, whatever becomes of the others. [`Microservice::on_subscribed`] and its
//! neighbours tell when a tenant comes, goes, or gets new credentials.
//!
//! # Parts that not every service wants
//!
//! | cargo feature | what it adds | example |
//! |---|---|---|
//! | `metrics` | `GET /metrics` in Prometheus' text form, and `Metrics` for numbers of one's own | `metrics.rs` |
//! | `jobs` | `Microservice::every`: work for each tenant at an interval | `job.rs` |
//! | `websocket` | `Feed`: an endpoint that pushes to a tenant's users | `websocket.rs` |
//! | `self-registration` | `Microservice::manifest`: a service that makes its own application | `self_registration.rs` |
//!
//! The examples are whole small services, in the crate's folder `examples`. Two more show
//! [settings](Settings) (`settings.rs`), and calls to addresses outside the platform (`outside.rs`),
//! which go through the client of [`Config::http_client`]: it knows the proxies and certificates of
//! the environment.

mod application;
mod background;
mod cache;
pub mod clock;
pub mod config;
mod credentials;
mod deadline;
#[cfg(feature = "websocket")]
mod feed;
#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod fuzzing;
mod health;
mod id;
mod inbound;
#[cfg(feature = "jobs")]
mod jobs;
pub mod logging;
mod memory;
mod metrics;
mod microservice;
mod outbound;
mod platform;
#[cfg_attr(not(feature = "self-registration"), path = "registration/none.rs")]
mod registration;
mod subscriptions;
#[cfg(test)]
mod testing;

pub use config::Config;
pub use credentials::Credentials;
#[cfg(feature = "websocket")]
pub use feed::{Feed, PublishError};
pub use id::{AlarmId, EventId, ManagedObjectId, MeasurementId, TenantId};
pub use inbound::{
    ApiError, AsService, AsUser, Body, BodyLimit, Require, RoleKind, User, custom_role, input,
};
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
pub use microservice::{Error, Microservice};
pub use platform::{
    Alarm, AlarmFilter, AlarmStatus, AlarmUpdate, Alarms, Answer, Binaries, BinaryFilter, Child,
    ChildKind, Children, CurrentTenant, CurrentUser, Event, EventFilter, EventUpdate, Events,
    ExternalId, Identity, Inventory, Items, ManagedObject, ManagedObjectFilter,
    ManagedObjectUpdate, Measurement, MeasurementFilter, Measurements, NewAlarm, NewBinary,
    NewEvent, NewManagedObject, NewMeasurement, OtherService, PlatformError, Request, Response,
    Settings, SettingsError, Severity, Source, TenantClient, TenantOption, TenantOptions,
};
/// What a service makes metrics of its own with, in the version that [`Metrics`] takes.
#[cfg(feature = "metrics")]
pub use prometheus;
pub use secrecy::{ExposeSecret, SecretString};
pub use subscriptions::{Failure, Outcome, Subscriptions, SubscriptionsError, Tenants};

/// For this repository's micro-benchmarks and fuzzing. No part of the API: it may change at any time.
#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod __internals {
    pub use crate::fuzzing;
    pub use crate::subscriptions::measured::MeasuredSubscriptions;
}

/// HTTP types of requests to the platform, and of those to [elsewhere](Config::http_client). Those
/// of requests that arrive are actix-web's, which has its own.
pub mod http {
    pub use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
    pub use reqwest::{Client, Error, Method, RequestBuilder, Response, StatusCode, Url};
}
