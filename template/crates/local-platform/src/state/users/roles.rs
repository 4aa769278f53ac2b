//! Roles: which there are, who holds them, and who gives them.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use crate::refusal::Refusal;
use crate::state::{Application, Caller, Fields, GroupId, Platform, Tenant, User};

/// Its holders may give any role.
pub(super) const MANAGEMENT: &str = "ROLE_USER_MANAGEMENT_ADMIN";

/// What an administrator of a tenant holds, before any application adds roles of its own.
pub(super) const PLATFORM: [&str; 41] = [
    "ROLE_ALARM_ADMIN",
    "ROLE_ALARM_READ",
    "ROLE_APPLICATION_MANAGEMENT_ADMIN",
    "ROLE_APPLICATION_MANAGEMENT_READ",
    "ROLE_AUDIT_ADMIN",
    "ROLE_AUDIT_READ",
    "ROLE_BINARY_ADMIN",
    "ROLE_BINARY_CREATE",
    "ROLE_BINARY_READ",
    "ROLE_BULK_OPERATION_ADMIN",
    "ROLE_BULK_OPERATION_READ",
    "ROLE_DEVICE_CONTROL_ADMIN",
    "ROLE_DEVICE_CONTROL_READ",
    "ROLE_EVENT_ADMIN",
    "ROLE_EVENT_READ",
    "ROLE_IDENTITY_ADMIN",
    "ROLE_IDENTITY_READ",
    "ROLE_INVENTORY_ADMIN",
    "ROLE_INVENTORY_CREATE",
    "ROLE_INVENTORY_READ",
    "ROLE_MANAGED_OBJECT_ADMIN",
    "ROLE_MANAGED_OBJECT_CREATE",
    "ROLE_MANAGED_OBJECT_READ",
    "ROLE_MEASUREMENT_ADMIN",
    "ROLE_MEASUREMENT_READ",
    "ROLE_OPTION_MANAGEMENT_ADMIN",
    "ROLE_OPTION_MANAGEMENT_READ",
    "ROLE_REMOTE_ACCESS_ADMIN",
    "ROLE_RETENTION_RULE_ADMIN",
    "ROLE_RETENTION_RULE_READ",
    "ROLE_TENANT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_CREATE",
    "ROLE_TENANT_MANAGEMENT_READ",
    "ROLE_TENANT_MANAGEMENT_UPDATE",
    "ROLE_TENANT_STATISTICS_READ",
    "ROLE_USER_MANAGEMENT_ADMIN",
    "ROLE_USER_MANAGEMENT_CREATE",
    "ROLE_USER_MANAGEMENT_OWN_ADMIN",
    "ROLE_USER_MANAGEMENT_OWN_READ",
    "ROLE_USER_MANAGEMENT_READ",
];

/// The roles that a user holds.
#[derive(Clone, Debug)]
pub(crate) enum Roles {
    /// Every role there is, also those that applications bring.
    All,
    /// These.
    Some(Arc<BTreeSet<String>>),
}

impl Default for Roles {
    fn default() -> Self {
        Self::of([])
    }
}

impl Roles {
    pub(crate) fn of(roles: impl IntoIterator<Item = String>) -> Self {
        Self::Some(Arc::new(roles.into_iter().collect()))
    }

    pub(crate) fn contains(&self, role: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(roles) => roles.contains(role),
        }
    }

    pub(super) fn insert(&mut self, role: &str) {
        if let Self::Some(roles) = self {
            Arc::make_mut(roles).insert(role.to_owned());
        }
    }

    /// Takes a role away, from all that there are if these are held, and says whether it was there.
    pub(super) fn remove(&mut self, role: &str, all: Vec<String>) -> bool {
        if matches!(self, Self::All) {
            *self = Self::of(all);
        }
        match self {
            Self::All => false,
            Self::Some(roles) => roles.contains(role) && Arc::make_mut(roles).remove(role),
        }
    }

    /// These and others.
    fn with(self, others: &Self) -> Self {
        match (self, others) {
            (Self::Some(these), Self::Some(others)) if these.is_empty() => {
                Self::Some(others.clone())
            }
            (Self::Some(these), Self::Some(others)) => Self::of(these.union(others).cloned()),
            _ => Self::All,
        }
    }

    /// Every role by its name, of `all` if these are held.
    pub(crate) fn names(&self, all: impl FnOnce() -> Vec<String>) -> Vec<String> {
        match self {
            Self::All => all(),
            Self::Some(roles) => roles.iter().cloned().collect(),
        }
    }
}

impl Tenant {
    /// What a user effectively holds: its own roles, and those of its groups.
    pub(super) fn roles_of(&self, user: &User) -> Roles {
        let groups = self.groups_of(user);
        groups.fold(user.roles.clone(), |roles, (_, group)| {
            roles.with(&group.roles)
        })
    }
}

impl Platform {
    /// All roles that exist in a tenant: the platform's, and those of the applications it is
    /// subscribed to.
    pub(crate) fn roles_in(&self, tenant: &Tenant) -> Vec<String> {
        let applications = tenant
            .subscriptions
            .iter()
            .filter_map(|id| self.applications.get(id));
        let brought = applications.flat_map(Application::roles);
        let all: BTreeSet<String> = PLATFORM
            .iter()
            .map(|role| (*role).to_owned())
            .chain(brought)
            .collect();
        all.into_iter().collect()
    }

    /// Refuses to give a role that the tenant does not know, or that the caller neither manages nor
    /// holds.
    pub(crate) fn may_assign(
        &self,
        tenant: &Tenant,
        caller: &Caller,
        role: &str,
    ) -> Result<(), Refusal> {
        if !self.roles_in(tenant).iter().any(|known| known == role) {
            return Err(Refusal::invalid(format!("role {role} does not exist")));
        }
        caller.require(&[MANAGEMENT, role])
    }

    /// Refuses to put a user into a group that the tenant does not have, or that has a role which the
    /// caller neither manages nor holds.
    pub(crate) fn may_assign_group(
        &self,
        tenant: &Tenant,
        caller: &Caller,
        group: GroupId,
    ) -> Result<(), Refusal> {
        let roles = &tenant.groups.get(group)?.roles;
        let roles = roles.names(|| self.roles_in(tenant));
        roles
            .iter()
            .try_for_each(|role| caller.require(&[MANAGEMENT, role]))
    }

    /// The names of what a user effectively holds.
    pub(crate) fn effective_roles(&self, tenant: &Tenant, user: &User) -> Vec<String> {
        tenant.roles_of(user).names(|| self.roles_in(tenant))
    }
}

/// `{"roles":{"references":[{"role":{"id":…}}]}}`, where `self` does as well as `id`.
pub(super) fn role_references(fields: &Fields) -> BTreeSet<String> {
    let references = fields
        .get("roles")
        .and_then(|roles| roles.get("references"));
    let references = references.and_then(|references| references.as_array());
    references
        .into_iter()
        .flatten()
        .filter_map(role_reference)
        .collect()
}

/// The role that `{"role":{"id":…}}` or `{"role":{"self":…}}` names.
pub(crate) fn role_reference(reference: &Value) -> Option<String> {
    let role = reference.get("role")?;
    let name = role
        .get("id")
        .or_else(|| role.get("name"))
        .or_else(|| role.get("self"))?
        .as_str()?;
    name.rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}
