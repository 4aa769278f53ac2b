//! Tenants. Everything that belongs to one lies inside it.

pub(super) mod details;
pub(super) mod options;
mod requests;
pub(super) mod statistics;
pub(super) mod usage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::inventory::binaries::Binaries;
use super::inventory::identity::Identity;
use super::object::merge;
use super::records::alarms::Alarms;
use super::records::events::Events;
use super::records::measurements::Measurements;
use super::users::groups::{ADMINS, Groups};
use super::{
    Fields, Id, Inventory, NewTenant, Origin, Platform, Roles, TenantUpdate, Time, User, now,
};
use crate::refusal::Refusal;
use options::Options;
use usage::Usage;

const AREA: &str = "tenant";
/// A tenant with its users and data.
pub(crate) struct Tenant {
    pub(crate) id: String,
    pub(crate) domain: String,
    pub(crate) parent: Option<String>,
    pub(crate) created: Time,
    /// The users of a suspended tenant are refused.
    pub(crate) suspended: bool,
    /// Company, contact, administrator: whatever its creator wrote down.
    pub(crate) details: Fields,
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) groups: Arc<Groups>,
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
            suspended: false,
            details: Fields::new(),
            users: BTreeMap::new(),
            groups: Groups::first(),
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
        let mut admin = User::new(name, password, Roles::default(), Origin::Tenant);
        admin.groups.push(ADMINS);
        self.users.insert(name.to_owned(), admin);
    }
}

impl Platform {
    pub(crate) fn tenant(&self, id: &str) -> Result<&Tenant, Refusal> {
        self.tenants.get(id).ok_or_else(|| no_tenant(id))
    }

    pub(crate) fn tenant_mut(&mut self, id: &str) -> Result<&mut Tenant, Refusal> {
        self.tenants.get_mut(id).ok_or_else(|| no_tenant(id))
    }

    /// A tenant whose users may log in.
    pub(crate) fn active_tenant(&self, id: &str) -> Option<&Tenant> {
        self.tenants.get(id).filter(|tenant| !tenant.suspended)
    }

    /// The tenant that a host name leads to.
    pub(crate) fn tenant_at(&self, domain: &str) -> Option<&Tenant> {
        let id = self.domains.get(&domain.to_lowercase())?;
        self.tenants.get(id)
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
        self.manages(tenant)
    }

    /// There is no management tenant: for the administration of tenants, the owner tenant stands
    /// for it.
    pub(crate) fn manages(&self, tenant: &str) -> bool {
        tenant == self.owner
    }

    pub(crate) fn is_parent(&self, parent: &str, child: &str) -> bool {
        self.tenant(child)
            .is_ok_and(|child| child.parent.as_deref() == Some(parent))
    }

    /// Whether a tenant is above another one: its parent, or the one that manages them all.
    pub(crate) fn administers(&self, tenant: &str, other: &str) -> bool {
        self.manages(tenant) || self.is_parent(tenant, other)
    }

    /// Makes a tenant below the owner tenant, with the next free ID.
    pub(crate) fn create_tenant(&mut self, new: NewTenant) -> Result<&Tenant, Refusal> {
        self.refuse_domain(&new.domain)?;
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

    fn refuse_domain(&self, domain: &str) -> Result<(), Refusal> {
        match self.tenant_at(domain) {
            None => Ok(()),
            Some(_) => Err(Refusal::conflict(AREA, format!("domain {domain} is taken"))),
        }
    }

    pub(crate) fn insert_tenant(&mut self, tenant: Tenant) -> &Tenant {
        let (id, domain) = (tenant.id.clone(), tenant.domain.to_lowercase());
        let number = id.strip_prefix('t').and_then(|it| it.parse().ok());
        self.last_tenant = self.last_tenant.max(number.unwrap_or_default());
        self.domains.insert(domain, id.clone());
        self.tenants.entry(id).insert_entry(tenant).into_mut()
    }

    pub(crate) fn update_tenant(&mut self, id: &str, update: TenantUpdate) -> Result<(), Refusal> {
        let before = self.tenant(id)?.domain.clone();
        let domain = update.domain.filter(|domain| *domain != before);
        if let Some(domain) = &domain {
            if !domain.eq_ignore_ascii_case(&before) {
                self.refuse_domain(domain)?;
            }
            self.domains.remove(&before.to_lowercase());
            self.domains.insert(domain.to_lowercase(), id.to_owned());
        }
        let manages = self.manages(id);
        let tenant = self.tenant_mut(id)?;
        tenant.domain = domain.unwrap_or(before);
        // Nobody could wake up the tenant that manages all others.
        tenant.suspended = !manages && update.suspended.unwrap_or(tenant.suspended);
        merge(&mut tenant.details, update.details);
        let admin = tenant.details.get("adminName").and_then(|it| it.as_str());
        let admin = admin.and_then(|name| tenant.users.get_mut(name));
        if let (Some(admin), Some(password)) = (admin, update.password) {
            admin.set_password(password);
        }
        Ok(())
    }

    /// Deletes a tenant with everything in it, and with the applications that it has.
    pub(crate) fn delete_tenant(&mut self, id: &str) -> Result<(), Refusal> {
        let domain = self.tenant(id)?.domain.to_lowercase();
        if self.manages(id) {
            let message = format!("tenant {id} manages all others and cannot be deleted");
            return Err(Refusal::forbidden(message));
        }
        let all = self.applications.values();
        let owned: Vec<Id> = all.filter(|it| it.owner == id).map(|it| it.id).collect();
        for application in owned {
            self.delete_application(application, true)?;
        }
        self.domains.remove(&domain);
        self.tenants.shift_remove(id);
        Ok(())
    }

    /// The ID of a tenant that was deleted is not given again: whoever remembers it would take the
    /// new tenant for the old one.
    fn next_tenant_id(&self) -> String {
        format!("t{}", self.last_tenant + 1)
    }
}

fn no_tenant(id: &str) -> Refusal {
    Refusal::not_found(AREA, format!("tenant {id}"))
}
