//! The platform's data and rules. No HTTP here.

mod applications;
mod demo;
mod inventory;
mod object;
mod records;
mod secrets;
mod tenants;
mod time;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use indexmap::IndexMap;

pub(crate) use applications::application::{Application, NewApplication};
pub(crate) use applications::package::Package;
pub(crate) use applications::subscriptions::Subscription;
pub(crate) use applications::uploads::{Binary, Upload};
pub(crate) use applications::visibility::ApplicationFilter;
pub(crate) use demo::Demo;
pub use demo::{ADMIN, OWNER, PASSWORD};
pub(crate) use inventory::binaries::NewFile;
pub(crate) use inventory::children::Relation;
pub(crate) use inventory::deletion::Deletion;
pub(crate) use inventory::filter::InventoryFilter;
pub(crate) use inventory::full_text::FullText;
pub(crate) use inventory::identity::ExternalId;
pub(crate) use inventory::query::InventoryQuery;
pub(crate) use inventory::{Inventory, ManagedObject};
pub(crate) use object::{
    Fields, require as require_fields, secret as secret_field, text as text_field,
};
pub(crate) use records::alarms::{Alarm, AlarmFilter};
pub(crate) use records::attachments::Attachment;
pub(crate) use records::events::{Event, EventFilter};
pub(crate) use records::filter::RecordFilter;
pub(crate) use records::latest_values::LatestValues;
pub(crate) use records::measurements::{Measurement, MeasurementFilter};
pub(crate) use records::series_table::{Extremes, SeriesFilter, SeriesTable};
pub(crate) use records::{Order, Record};
pub use secrets::Secrets;
pub(crate) use tenants::Tenant;
pub(crate) use tenants::details::{NewTenant, TenantUpdate};
pub(crate) use tenants::options::{NewOption, OptionsView};
pub(crate) use tenants::statistics::{Days, Statistics};
pub(crate) use tenants::usage::Counted;
pub(crate) use time::{Time, TimeRange, format as format_time, now, parse as parse_time};
pub(crate) use users::caller::{Caller, Way};
pub(crate) use users::groups::{Group, GroupId};
pub(crate) use users::hierarchy::Superior;
pub(crate) use users::new_user::NewUser;
pub(crate) use users::roles::{Roles, role_reference};
pub(crate) use users::tokens::{Login, Tokens};
pub(crate) use users::{Origin, User, is_device_user};

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
    /// Passwords and tokens that it has given out, the former ones as well.
    given: BTreeSet<String>,
    last_id: Id,
    /// The highest number that a tenant's ID ever had.
    last_tenant: u64,
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
            given: BTreeSet::new(),
            last_id: 1000,
            last_tenant: 99,
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
