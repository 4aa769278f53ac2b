//! Roles: which there are, who holds them, and who gives them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Application, Caller, Fields, Platform, Tenant, User};
use crate::refusal::Refusal;

/// Its holders may give any role.
const MANAGEMENT: &str = "ROLE_USER_MANAGEMENT_ADMIN";

/// What an administrator of a tenant holds, before any application adds roles of its own.
const PLATFORM: [&str; 41] = [
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
    Some(BTreeSet<String>),
}

impl Roles {
    pub(crate) fn contains(&self, role: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(roles) => roles.contains(role),
        }
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

    /// What a user effectively holds.
    pub(crate) fn effective_roles(&self, tenant: &Tenant, user: &User) -> Vec<String> {
        match &user.roles {
            Roles::All => self.roles_in(tenant),
            Roles::Some(roles) => roles.iter().cloned().collect(),
        }
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
