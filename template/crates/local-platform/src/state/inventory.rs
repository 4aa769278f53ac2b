//! Managed objects of a tenant.

use std::collections::BTreeMap;

use super::object::{merge, present, text, without};
use super::time::now;
use super::usage::Counted;
use super::{Caller, ExternalId, Fields, Id, Tenant, Time};
use crate::refusal::Refusal;

const AREA: &str = "inventory";
const READ: [&str; 2] = ["ROLE_INVENTORY_READ", "ROLE_MANAGED_OBJECT_READ"];
const ADMIN: [&str; 2] = ["ROLE_INVENTORY_ADMIN", "ROLE_MANAGED_OBJECT_ADMIN"];
const CREATE: [&str; 4] = [
    "ROLE_INVENTORY_ADMIN",
    "ROLE_INVENTORY_CREATE",
    "ROLE_MANAGED_OBJECT_ADMIN",
    "ROLE_MANAGED_OBJECT_CREATE",
];
const READ_ONLY: [&str; 12] = [
    "id",
    "self",
    "owner",
    "creationTime",
    "lastUpdated",
    "externalIds",
    "childDevices",
    "childAssets",
    "childAdditions",
    "deviceParents",
    "assetParents",
    "additionParents",
];

/// A managed object.
#[derive(Clone, Debug)]
pub(crate) struct ManagedObject {
    pub(crate) id: Id,
    /// The user who made it.
    pub(crate) owner: String,
    pub(crate) created: Time,
    pub(crate) updated: Time,
    /// `name`, `type` and the fragments.
    pub(crate) fields: Fields,
}

impl ManagedObject {
    pub(crate) fn name(&self) -> Option<&str> {
        self.fields.get("name").and_then(|name| name.as_str())
    }
}

/// What a list of managed objects is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct InventoryFilter {
    pub(crate) ids: Option<Vec<String>>,
    pub(crate) kind: Option<String>,
    pub(crate) fragment: Option<String>,
    pub(crate) owner: Option<String>,
}

impl InventoryFilter {
    fn admits(&self, object: &ManagedObject) -> bool {
        let kind = || object.fields.get("type").and_then(|kind| kind.as_str());
        self.ids
            .as_ref()
            .is_none_or(|ids| ids.contains(&object.id.to_string()))
            && self
                .kind
                .as_deref()
                .is_none_or(|wanted| kind() == Some(wanted))
            && self
                .fragment
                .as_ref()
                .is_none_or(|name| object.fields.contains_key(name))
            && self
                .owner
                .as_ref()
                .is_none_or(|owner| *owner == object.owner)
    }
}

/// The managed objects of one tenant.
#[derive(Default)]
pub(crate) struct Inventory(BTreeMap<Id, ManagedObject>);

impl Inventory {
    pub(crate) fn find(&self, id: &str) -> Option<&ManagedObject> {
        self.0.get(&id.parse().ok()?)
    }

    pub(crate) fn get(&self, id: &str) -> Result<&ManagedObject, Refusal> {
        self.find(id).ok_or_else(|| no_object(id))
    }

    pub(crate) fn read(&self, caller: &Caller, id: &str) -> Result<&ManagedObject, Refusal> {
        let object = self.get(id)?;
        caller.require_or_own(&READ, Some(&object.owner))?;
        Ok(object)
    }

    /// What the caller may read of the tenant's objects: all with the role, else their own.
    pub(crate) fn list(&self, caller: &Caller, filter: &InventoryFilter) -> Vec<&ManagedObject> {
        let sees_all = caller.has_any(&READ);
        let seen = |object: &&ManagedObject| sees_all || object.owner == caller.user;
        self.0
            .values()
            .filter(seen)
            .filter(|object| filter.admits(object))
            .collect()
    }

    pub(crate) fn may_create(caller: &Caller) -> Result<(), Refusal> {
        caller.require(&CREATE)
    }

    fn create(
        &mut self,
        id: Id,
        caller: &Caller,
        fields: Fields,
    ) -> Result<&ManagedObject, Refusal> {
        check(&fields)?;
        let (owner, now) = (caller.user.clone(), now());
        let fields = present(without(fields, &READ_ONLY));
        let object = ManagedObject {
            id,
            owner,
            created: now,
            updated: now,
            fields,
        };
        Ok(self.0.entry(id).insert_entry(object).into_mut())
    }

    pub(crate) fn update(
        &mut self,
        caller: &Caller,
        id: &str,
        update: Fields,
    ) -> Result<&ManagedObject, Refusal> {
        check(&update)?;
        let id = self.changeable(caller, id)?;
        let object = self.0.get_mut(&id).ok_or_else(|| no_object(id))?;
        merge(&mut object.fields, without(update, &READ_ONLY));
        object.updated = now();
        Ok(object)
    }

    /// A device shows that it is there: nothing of the object changes by it.
    pub(crate) fn sign_of_life(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        self.changeable(caller, id).map(drop)
    }

    fn delete(&mut self, caller: &Caller, id: &str) -> Result<Id, Refusal> {
        let id = self.changeable(caller, id)?;
        self.0.remove(&id);
        Ok(id)
    }

    fn changeable(&self, caller: &Caller, id: &str) -> Result<Id, Refusal> {
        let object = self.get(id)?;
        caller.require_or_own(&ADMIN, Some(&object.owner))?;
        Ok(object.id)
    }
}

impl Tenant {
    /// Makes a managed object, with the external IDs that it may come with: all of them, or nothing
    /// is made.
    pub(crate) fn create_object(
        &mut self,
        id: Id,
        caller: &Caller,
        fields: Fields,
    ) -> Result<&ManagedObject, Refusal> {
        let names = external_ids_in(&fields)?;
        names.iter().try_for_each(|name| self.refuse_bound(name))?;
        self.inventory.create(id, caller, fields)?;
        self.usage.count(Counted::InventoriesCreated);
        for name in names {
            self.bind(caller, &id.to_string(), name)?;
        }
        self.inventory.get(&id.to_string())
    }

    /// Deletes a managed object with its external IDs and alarms.
    pub(crate) fn delete_object(&mut self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let id = self.inventory.delete(caller, id)?;
        self.identity.forget(id);
        self.alarms.forget(id);
        Ok(())
    }
}

fn external_ids_in(fields: &Fields) -> Result<Vec<ExternalId>, Refusal> {
    let names = fields
        .get("externalIds")
        .and_then(|names| names.as_array())
        .into_iter()
        .flatten();
    names
        .filter_map(|name| name.as_object())
        .map(ExternalId::parse)
        .collect()
}

fn check(fields: &Fields) -> Result<(), Refusal> {
    ["name", "type"]
        .iter()
        .try_for_each(|name| text(fields, name).map(drop))
}

fn no_object(id: impl std::fmt::Display) -> Refusal {
    Refusal::not_found(AREA, format!("managed object {id}"))
}
