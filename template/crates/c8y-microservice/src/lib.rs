//! Everything a microservice owes the Cumulocity platform.
//!
//! A service is a [`Config`] from the environment, a [`Microservice`] that keeps the list of
//! subscribed tenants, and endpoints for [actix-web](actix_web) that ask for what they need in
//! their signature:
//!
//! | an endpoint asks for | and gets |
//! |---|---|
//! | [`User`] | the caller, verified by the platform |
//! | [`Settings`] | the service's own settings in the caller's tenant |
//! | [`Subscriptions`] | the subscribed tenants, each with a client of its own |
//! | [`Body<T>`](Body) | the JSON object in the body, or a 422 that names what is wrong with it |
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use actix_web::web::{Json, ServiceConfig, resource};
//! use c8y_microservice::{ApiError, Config, Error, Microservice, Subscriptions, User, logging};
//!
//! #[actix_web::main]
//! async fn main() -> ExitCode {
//!     logging::start();
//!     match run().await {
//!         Ok(()) => ExitCode::SUCCESS,
//!         Err(error) => {
//!             tracing::error!("{error}");
//!             ExitCode::FAILURE
//!         }
//!     }
//! }
//!
//! async fn run() -> Result<(), Error> {
//!     Microservice::new(Config::from_env()?)
//!         .on_subscribed(|client| async move { tracing::info!("{} is here", client.tenant()) })
//!         .serve(routes)
//!         .await
//! }
//!
//! fn routes(app: &mut ServiceConfig) {
//!     app.service(resource("/tenants").get(count));
//! }
//!
//! async fn count(_: User, subscriptions: Subscriptions) -> Result<Json<usize>, ApiError> {
//!     Ok(Json(subscriptions.tenants()?.len()))
//! }
//! ```
//!
//! A tenant's data is reached through its [`TenantClient`] only: typed calls for
//! [inventory](TenantClient::inventory), [identity](TenantClient::identity),
//! [alarms](TenantClient::alarms), [events](TenantClient::events),
//! [measurements](TenantClient::measurements), [files](TenantClient::binaries),
//! [tenant options](TenantClient::tenant_options) and [other microservices](TenantClient::service),
//! and a [raw request](TenantClient::request) for the rest. A list of any length is a stream of
//! [`Items`].
//! [`Tenants::fan_out`] does the same for every tenant and answers one [`Outcome`] per tenant.
//! Addresses outside the platform are reached with the client of [`Config::http_client`].
//!
//! With the feature `metrics`, `GET /metrics` shows numbers about the service, to which it can add
//! its own.

mod application;
mod background;
pub mod clock;
pub mod config;
mod credentials;
mod deadline;
#[cfg(feature = "websocket")]
mod feed;
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
#[cfg(all(test, any(feature = "jobs", feature = "websocket")))]
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

/// HTTP types of requests to the platform, and of those to [elsewhere](Config::http_client). Those
/// of requests that arrive are actix-web's, which has its own.
pub mod http {
    pub use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
    pub use reqwest::{Client, Error, Method, RequestBuilder, Response, StatusCode, Url};
}
