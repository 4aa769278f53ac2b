//! The platform's REST API, as one user sees it.

mod alarms;
mod client;
mod error;
mod identity;
mod inventory;
mod known_objects;
mod outgoing;
mod list;
mod request;
mod signer;
mod time;
pub(crate) mod transport;

pub use alarms::{Alarm, AlarmStatus, Alarms, NewAlarm, Severity, Source};
pub use client::TenantClient;
pub use error::{Answer, PlatformError};
pub use identity::{ExternalId, Identity};
pub use inventory::{Inventory, ManagedObject, NewManagedObject};
pub(crate) use known_objects::KnownObjects;
pub(crate) use outgoing::Outgoing;
pub use list::Items;
pub use request::{Request, Response};
pub(crate) use signer::{CallerCredentials, Renew, ServiceUser, Signer};
