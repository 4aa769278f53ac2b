//! Tenants. Everything that belongs to one lies inside it.

use std::collections::{BTreeMap, BTreeSet};

use super::alarms::Alarms;
use super::binaries::Binaries;
use super::events::Events;
use super::identity::Identity;
use super::inventory::Inventory;
use super::measurements::Measurements;
use super::object::{require, text, without};
use super::options::Options;
use super::time::now;
use super::usage::Usage;
use super::users::random_password;
use super::{Fields, Id, Origin, Platform, Roles, Time, User};
use crate::refusal::Refusal;

const AREA: &str = "tenant";
const READ_ONLY: [&str; 11] = [
    "id",
    "self",
    "adminPass",
    "allowCreateTenants",
    "applications",
    "creationTime",
    "domain",
    "ownedApplications",
    "parent",
    "sendPasswordResetEmail",
    "status",
];

/// A tenant with its users and data.
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) domain: String,
    pub(crate) parent: Option<String>,
    pub(crate) created: Time,
    /// Company, contact, administrator: whatever its creator wrote down.
    pub(crate) details: Fields,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) subscriptions: BTreeSet<Id>,
    pub(crate) inventory: Inventory,
    pub(crate) binaries: Binaries,
    pub(crate) identity: Identity,
    pub(crate) alarms: Alarms,
    pub(crate) events: Events,
    pub(crate) measurements: Measurements,
    pub(crate) options: Options,
    pub(crate) usage: Usage,
}

impl Tenant {
    pub(crate) fn new(id: &str, domain: &str, parent: Option<String>) -> Self {
        Self {
            id: id.to_owned(),
            domain: domain.to_owned(),
            parent,
            created: now(),
            details: Fields::new(),
            users: BTreeMap::new(),
            subscriptions: BTreeSet::new(),
            inventory: Inventory::default(),
            binaries: Binaries::default(),
            identity: Identity::default(),
            alarms: Alarms::default(),
            events: Events::default(),
            measurements: Measurements::default(),
            options: Options::default(),
            usage: Usage::default(),
        }
    }

    pub(crate) fn add_admin(&mut self, name: &str, password: &str) {
        let admin = User::new(name, password, Roles::All, Origin::Tenant);
        self.users.insert(name.to_owned(), admin);
    }
}

/// A tenant as a client asks for it.
pub(crate) struct NewTenant {
    domain: String,
    admin: Option<(String, String)>,
    details: Fields,
}

impl NewTenant {
    pub(crate) fn parse(fields: Fields) -> Result<Self, Refusal> {
        require(&fields, &["adminEmail", "company", "domain"])?;
        for name in ["adminEmail", "company"] {
            text(&fields, name)?;
        }
        let domain = text(&fields, "domain")?.unwrap_or_default().to_owned();
        let admin = match (text(&fields, "adminName")?, text(&fields, "adminPass")?) {
            (None, _) => None,
            (Some(name), None) => Some((name.to_owned(), random_password())),
            (Some(name), Some(password)) => Some((name.to_owned(), password.to_owned())),
        };
        Ok(Self {
            domain,
            admin,
            details: without(fields, &READ_ONLY),
        })
    }
}

impl Platform {
    pub(crate) fn tenant(&self, id: &str) -> Result<&Tenant, Refusal> {
        self.tenants.get(id).ok_or_else(|| no_tenant(id))
    }

    pub(crate) fn tenant_mut(&mut self, id: &str) -> Result<&mut Tenant, Refusal> {
        self.tenants.get_mut(id).ok_or_else(|| no_tenant(id))
    }

    pub(crate) fn tenants(&self) -> impl Iterator<Item = &Tenant> {
        self.tenants.values()
    }

    pub(crate) fn subtenants(&self, parent: &str) -> impl Iterator<Item = &Tenant> {
        self.tenants()
            .filter(move |tenant| tenant.parent.as_deref() == Some(parent))
    }

    /// Only the owner tenant makes tenants here.
    pub(crate) fn may_create_tenants(&self, tenant: &str) -> bool {
        tenant == self.owner
    }

    pub(crate) fn is_parent(&self, parent: &str, child: &str) -> bool {
        self.tenant(child)
            .is_ok_and(|child| child.parent.as_deref() == Some(parent))
    }

    /// Makes a tenant below the owner tenant, with the next free ID.
    pub(crate) fn create_tenant(&mut self, new: NewTenant) -> Result<&Tenant, Refusal> {
        if self.tenants().any(|tenant| tenant.domain == new.domain) {
            return Err(Refusal::conflict(
                AREA,
                format!("domain {} is taken", new.domain),
            ));
        }
        let mut tenant = Tenant::new(
            &self.next_tenant_id(),
            &new.domain,
            Some(self.owner.clone()),
        );
        tenant.details = new.details;
        if let Some((name, password)) = &new.admin {
            tenant.add_admin(name, password);
        }
        Ok(self.insert_tenant(tenant))
    }

    pub(crate) fn insert_tenant(&mut self, tenant: Tenant) -> &Tenant {
        let entry = self.tenants.entry(tenant.id.clone());
        entry.insert_entry(tenant).into_mut()
    }

    fn next_tenant_id(&self) -> String {
        let numbers = self
            .tenants()
            .filter_map(|tenant| tenant.id.strip_prefix('t')?.parse::<u64>().ok());
        format!("t{}", numbers.max().unwrap_or(99) + 1)
    }
}

fn no_tenant(id: &str) -> Refusal {
    Refusal::not_found(AREA, format!("tenant {id}"))
}
