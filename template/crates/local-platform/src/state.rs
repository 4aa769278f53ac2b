//! The platform's data and rules. No HTTP here.

mod alarm_mapping;
mod alarms;
mod application;
mod applications;
mod attachments;
mod binaries;
mod caller;
mod children;
mod deletion;
mod demo;
mod events;
mod full_text;
mod groups;
mod hierarchy;
mod identity;
mod inventory;
mod inventory_filter;
mod measurements;
mod new_record;
mod new_user;
mod object;
mod options;
mod package;
mod query;
mod record_filter;
mod records;
mod requests;
mod roles;
mod series;
mod series_table;
mod settings;
mod statistics;
mod status;
mod subscriptions;
mod tenant_details;
mod tenants;
mod time;
mod tokens;
mod two_factor;
mod uploads;
mod usage;
mod users;
mod visibility;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;

pub(crate) use alarms::{Alarm, AlarmFilter};
pub(crate) use application::{Application, NewApplication};
pub(crate) use attachments::Attachment;
pub(crate) use binaries::NewFile;
pub(crate) use caller::{Caller, Way};
pub(crate) use children::Relation;
pub(crate) use deletion::Deletion;
pub(crate) use demo::Demo;
pub use demo::{ADMIN, OWNER, PASSWORD};
pub(crate) use events::{Event, EventFilter};
pub(crate) use full_text::FullText;
pub(crate) use groups::{Group, GroupId};
pub(crate) use hierarchy::Superior;
pub(crate) use identity::ExternalId;
pub(crate) use inventory::{Inventory, ManagedObject};
pub(crate) use inventory_filter::InventoryFilter;
pub(crate) use measurements::{Measurement, MeasurementFilter};
pub(crate) use new_user::NewUser;
pub(crate) use object::{
    Fields, require as require_fields, secret as secret_field, text as text_field,
};
pub(crate) use options::{NewOption, OptionsView};
pub(crate) use package::Package;
pub(crate) use query::InventoryQuery;
pub(crate) use record_filter::RecordFilter;
pub(crate) use records::{Order, Record};
pub(crate) use roles::{Roles, role_reference};
pub(crate) use series_table::{Extremes, SeriesFilter, SeriesTable};
pub(crate) use statistics::{Days, Statistics};
pub(crate) use subscriptions::Subscription;
pub(crate) use tenant_details::{NewTenant, TenantUpdate};
pub(crate) use tenants::Tenant;
pub(crate) use time::{Time, TimeRange, format as format_time, now, parse as parse_time};
pub(crate) use tokens::{Login, Tokens};
pub(crate) use uploads::{Binary, Upload};
pub(crate) use usage::Counted;
pub(crate) use users::{Origin, User};
pub(crate) use visibility::ApplicationFilter;

/// IDs of applications, managed objects, and what these report. No two tenants ever have the same one.
pub(crate) type Id = u64;

/// All tenants and applications.
pub(crate) struct Platform {
    /// The tenant that has the application, and the parent of all others.
    pub(crate) owner: String,
    /// By their IDs, in the order in which they were made.
    tenants: IndexMap<String, Tenant>,
    /// The tenants' IDs by their domains, in lower case.
    domains: HashMap<String, String>,
    applications: BTreeMap<Id, Application>,
    /// Microservices by their context paths: the gateway asks at each request.
    context_paths: HashMap<String, Id>,
    pub(crate) tokens: Tokens,
    last_id: Id,
}

impl Platform {
    fn new(owner: &str) -> Self {
        Self {
            owner: owner.to_owned(),
            tenants: IndexMap::new(),
            domains: HashMap::new(),
            applications: BTreeMap::new(),
            context_paths: HashMap::new(),
            tokens: Tokens::default(),
            last_id: 1000,
        }
    }

    pub(crate) fn next_id(&mut self) -> Id {
        self.last_id += 1;
        self.last_id
    }
}

/// A handle on the platform's state, shared by everything that serves requests.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Platform>>);

impl Store {
    pub(crate) fn new(platform: Platform) -> Self {
        Self(Arc::new(Mutex::new(platform)))
    }

    /// Works on the state. A closure cannot await, so the lock is never held across one.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Platform) -> R) -> R {
        // A handler that panicked has left the state as consistent as any other early return.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
