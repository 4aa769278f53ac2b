//! The platform's REST API, as one user sees it.

mod address;
mod alarms;
mod binaries;
mod budget;
mod client;
mod current;
mod error;
mod events;
mod filter;
mod fragments;
#[cfg(feature = "__internals")]
pub(crate) mod fuzzing;
mod identity;
mod inventory;
mod known_objects;
mod list;
mod measurements;
mod media_type;
mod multipart;
mod outgoing;
mod patience;
mod places;
mod prepared;
mod request;
pub(crate) mod retry;
mod room;
mod services;
mod settings;
mod signer;
mod source;
mod tenant_options;
pub(crate) mod time;
pub(crate) mod transport;

pub(crate) use address::Address;
pub use alarms::{Alarm, AlarmFilter, AlarmStatus, AlarmUpdate, Alarms, NewAlarm, Severity};
pub use binaries::{Binaries, BinaryFilter, NewBinary};
pub(crate) use budget::{Budget, wait_for};
pub use client::TenantClient;
pub use current::{CurrentTenant, CurrentUser};
pub use error::{Answer, PlatformError};
pub use events::{Event, EventFilter, EventUpdate, Events, NewEvent};
pub use identity::{ExternalId, Identity};
pub use inventory::{
    Child, ChildKind, Children, Inventory, ManagedObject, ManagedObjectFilter, ManagedObjectUpdate,
    NewManagedObject,
};
pub(crate) use known_objects::KnownObjects;
pub use list::Items;
pub use measurements::{Measurement, MeasurementFilter, Measurements, NewMeasurement};
pub(crate) use outgoing::Outgoing;
pub(crate) use prepared::Prepared;
pub use request::{Request, Response};
pub use services::OtherService;
pub(crate) use settings::KnownSettings;
#[cfg(feature = "__internals")]
pub(crate) use settings::fuzzing as settings_fuzzing;
pub use settings::{Settings, SettingsError};
pub(crate) use signer::{CallerCredentials, Renew, ServiceUser, Signer, TFA_TOKEN, XSRF_TOKEN};
pub use source::Source;
pub use tenant_options::{TenantOption, TenantOptions};
