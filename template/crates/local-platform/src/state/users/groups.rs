//! Groups of users. Who is in one has its roles.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::roles::PLATFORM;
use crate::refusal::Refusal;
use crate::state::object::{merge, present, require, text, without};
use crate::state::{Fields, Roles, Tenant, User};

const AREA: &str = "user";
const READ_ONLY: [&str; 7] = [
    "id",
    "self",
    "name",
    "roles",
    "users",
    "applications",
    "devicePermissions",
];

/// IDs of groups: numbers, and the same ones for the first groups of every tenant.
pub(crate) type GroupId = u32;

/// The group that holds every role.
pub(crate) const ADMINS: GroupId = 1;

#[derive(Clone)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) roles: Roles,
    /// A description and custom properties: whatever clients store.
    pub(crate) details: Fields,
}

/// A tenant's groups.
#[derive(Clone)]
pub(crate) struct Groups {
    last: GroupId,
    by_id: BTreeMap<GroupId, Group>,
}

impl Groups {
    /// The groups that a tenant begins with (approximately): one table for all tenants, until one of
    /// them changes its own.
    pub(crate) fn first() -> Arc<Self> {
        static FIRST: LazyLock<Arc<Groups>> = LazyLock::new(|| Arc::new(Groups::new()));
        FIRST.clone()
    }

    fn new() -> Self {
        let of_business = |role: &str| {
            let manages = ["ROLE_TENANT_", "ROLE_OPTION_", "ROLE_USER_MANAGEMENT_"];
            role.contains("_OWN_") || !manages.iter().any(|it| role.starts_with(it))
        };
        let of_devices =
            |role: &str| role == "ROLE_INVENTORY_CREATE" || role.starts_with("ROLE_IDENTITY_");
        let of_readers = |role: &str| role.ends_with("_READ") && !role.starts_with("ROLE_TENANT_");
        let groups = [
            ("admins", Roles::All),
            ("business", platform_roles(of_business)),
            ("devices", platform_roles(of_devices)),
            ("readers", platform_roles(of_readers)),
        ];
        let by_id = (ADMINS..).zip(groups.map(|(name, roles)| Group {
            name: name.to_owned(),
            roles,
            details: Fields::new(),
        }));
        let by_id: BTreeMap<_, _> = by_id.collect();
        Self {
            last: by_id.keys().max().copied().unwrap_or_default(),
            by_id,
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        self.by_id.iter().map(|(id, group)| (*id, group))
    }

    pub(crate) fn get(&self, id: GroupId) -> Result<&Group, Refusal> {
        self.by_id.get(&id).ok_or_else(|| no_group(id))
    }

    pub(crate) fn by_name(&self, name: &str) -> Result<(GroupId, &Group), Refusal> {
        let group = self.iter().find(|(_, group)| group.name == name);
        group.ok_or_else(|| no_group(name))
    }

    fn get_mut(&mut self, id: GroupId) -> Result<&mut Group, Refusal> {
        self.by_id.get_mut(&id).ok_or_else(|| no_group(id))
    }

    fn refuse_taken(&self, name: &str, by_other_than: GroupId) -> Result<(), Refusal> {
        match self.by_name(name) {
            Ok((id, _)) if id != by_other_than => {
                let message = format!("group {name} exists already");
                Err(Refusal::conflict(AREA, message))
            }
            _ => Ok(()),
        }
    }
}

fn platform_roles(wanted: impl Fn(&str) -> bool) -> Roles {
    let roles = PLATFORM.iter().filter(|role| wanted(role));
    Roles::of(roles.map(|role| (*role).to_owned()))
}

fn no_group(group: impl std::fmt::Display) -> Refusal {
    Refusal::not_found(AREA, format!("group {group}"))
}

impl Tenant {
    pub(crate) fn add_group(&mut self, fields: Fields) -> Result<GroupId, Refusal> {
        require(&fields, &["name"])?;
        let name = checked_name(&fields)?.unwrap_or_default();
        self.groups.refuse_taken(&name, 0)?;
        let groups = Arc::make_mut(&mut self.groups);
        groups.last += 1;
        let group = Group {
            name,
            roles: Roles::default(),
            details: present(without(fields, &READ_ONLY)),
        };
        groups.by_id.insert(groups.last, group);
        Ok(groups.last)
    }

    pub(crate) fn update_group(&mut self, id: GroupId, update: Fields) -> Result<(), Refusal> {
        self.groups.get(id)?;
        let name = checked_name(&update)?;
        if let Some(name) = &name {
            self.groups.refuse_taken(name, id)?;
        }
        let group = Arc::make_mut(&mut self.groups).get_mut(id)?;
        if let Some(name) = name {
            group.name = name;
        }
        merge(&mut group.details, without(update, &READ_ONLY));
        Ok(())
    }

    /// Deletes a group; whoever was in it loses its roles.
    pub(crate) fn remove_group(&mut self, id: GroupId) -> Result<(), Refusal> {
        self.groups.get(id)?;
        Arc::make_mut(&mut self.groups).by_id.remove(&id);
        for user in self.users.values_mut() {
            user.groups.retain(|group| *group != id);
        }
        Ok(())
    }

    pub(crate) fn assign_group_role(&mut self, id: GroupId, role: &str) -> Result<(), Refusal> {
        if self.groups.get(id)?.roles.contains(role) {
            let message = format!("role {role} is assigned to group {id} already");
            return Err(Refusal::conflict(AREA, message));
        }
        let group = Arc::make_mut(&mut self.groups).get_mut(id)?;
        group.roles.insert(role);
        Ok(())
    }

    /// Takes a role from a group. One that held every role keeps all the others.
    pub(crate) fn unassign_group_role(
        &mut self,
        id: GroupId,
        role: &str,
        all: Vec<String>,
    ) -> Result<(), Refusal> {
        self.groups.get(id)?;
        let group = Arc::make_mut(&mut self.groups).get_mut(id)?;
        let removed = group.roles.remove(role, all);
        removed.then_some(()).ok_or_else(|| {
            let what = format!("role {role} of group {id}");
            Refusal::not_found(AREA, what)
        })
    }

    pub(crate) fn add_to_group(&mut self, id: GroupId, user: &str) -> Result<(), Refusal> {
        self.groups.get(id)?;
        let user = self.user_mut(user)?;
        if !user.groups.contains(&id) {
            user.groups.push(id);
            user.groups.sort_unstable();
        }
        Ok(())
    }

    pub(crate) fn remove_from_group(&mut self, id: GroupId, user: &str) -> Result<(), Refusal> {
        self.groups.get(id)?;
        let groups = &mut self.user_mut(user)?.groups;
        let before = groups.len();
        groups.retain(|group| *group != id);
        if groups.len() == before {
            let what = format!("user {user} in group {id}");
            return Err(Refusal::not_found(AREA, what));
        }
        Ok(())
    }

    pub(crate) fn users_in(&self, id: GroupId) -> impl Iterator<Item = &User> {
        self.users
            .values()
            .filter(move |it| it.groups.contains(&id))
    }

    /// The groups that a user is in.
    pub(crate) fn groups_of(&self, user: &User) -> impl Iterator<Item = (GroupId, &Group)> {
        let groups = user.groups.iter();
        groups.filter_map(|id| Some((*id, self.groups.get(*id).ok()?)))
    }
}

fn checked_name(fields: &Fields) -> Result<Option<String>, Refusal> {
    let name = text(fields, "name")?;
    if name.is_some_and(str::is_empty) {
        return Err(Refusal::invalid("name is empty"));
    }
    Ok(name.map(str::to_owned))
}

/// `{"groups":{"references":[{"group":{"id":…}}]}}`.
pub(super) fn group_references(fields: &Fields) -> Vec<GroupId> {
    let references = fields.get("groups").and_then(|it| it.get("references"));
    let references = references.and_then(Value::as_array).into_iter().flatten();
    references.filter_map(group_reference).collect()
}

fn group_reference(reference: &Value) -> Option<GroupId> {
    let id = reference.get("group")?.get("id")?;
    let number = id.as_u64().and_then(|id| id.try_into().ok());
    number.or_else(|| id.as_str()?.parse().ok())
}
