//! The platform's REST API, as one user sees it.

mod alarms;
mod client;
mod error;
mod events;
mod filter;
mod fragments;
mod identity;
mod inventory;
mod known_objects;
mod list;
mod measurements;
mod outgoing;
mod request;
mod signer;
mod source;
mod time;
pub(crate) mod transport;

pub use alarms::{Alarm, AlarmFilter, AlarmStatus, AlarmUpdate, Alarms, NewAlarm, Severity};
pub use client::TenantClient;
pub use error::{Answer, PlatformError};
pub use events::{Event, EventFilter, EventUpdate, Events, NewEvent};
pub use identity::{ExternalId, Identity};
pub use inventory::{Inventory, ManagedObject, NewManagedObject};
pub(crate) use known_objects::KnownObjects;
pub use list::Items;
pub use measurements::{Measurement, MeasurementFilter, Measurements, NewMeasurement};
pub(crate) use outgoing::Outgoing;
pub use request::{Request, Response};
pub(crate) use signer::{CallerCredentials, Renew, ServiceUser, Signer, TFA_TOKEN, XSRF_TOKEN};
pub use source::Source;
