//! Managed objects of a tenant.

pub(super) mod binaries;
pub(super) mod children;
pub(super) mod deletion;
pub(super) mod filter;
pub(super) mod full_text;
pub(super) mod identity;
pub(super) mod query;

use std::collections::BTreeMap;

use serde_json::Value;

use super::object::{merge, present, text, without};
use super::{Caller, Counted, ExternalId, Fields, Id, Platform, Relation, Tenant, Time, now};
use crate::refusal::Refusal;
use children::Children;

const AREA: &str = "inventory";
const READ: [&str; 2] = ["ROLE_INVENTORY_READ", "ROLE_MANAGED_OBJECT_READ"];
const ADMIN: [&str; 2] = ["ROLE_INVENTORY_ADMIN", "ROLE_MANAGED_OBJECT_ADMIN"];
const CREATE: [&str; 4] = [
    "ROLE_INVENTORY_ADMIN",
    "ROLE_INVENTORY_CREATE",
    "ROLE_MANAGED_OBJECT_ADMIN",
    "ROLE_MANAGED_OBJECT_CREATE",
];
const READ_ONLY: [&str; 14] = [
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
    "c8y_LatestMeasurements",
    "c8y_PreviousMeasurements",
];
/// The fragment of an object that is a device.
const DEVICE: &str = "c8y_IsDevice";
/// The owner of what the platform itself writes.
const PLATFORM: &str = "system";

/// A managed object.
#[derive(Clone, Debug)]
pub(crate) struct ManagedObject {
    pub(crate) id: Id,
    /// The user who made it, or to whom it was given.
    pub(crate) owner: String,
    pub(crate) created: Time,
    pub(crate) updated: Time,
    /// `name`, `type` and the fragments.
    pub(crate) fields: Fields,
}

impl ManagedObject {
    fn new(id: Id, owner: &str, fields: Fields) -> Self {
        let now = now();
        Self {
            id,
            owner: owner.to_owned(),
            created: now,
            updated: now,
            fields: present(without(fields, &READ_ONLY)),
        }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.fields.get("name").and_then(|name| name.as_str())
    }

    pub(crate) fn is_device(&self) -> bool {
        self.has(DEVICE)
    }

    pub(crate) fn kind(&self) -> Option<&str> {
        self.fields.get("type").and_then(|kind| kind.as_str())
    }

    fn update(&mut self, update: Fields) {
        if let Some(owner) = update.get("owner").and_then(|owner| owner.as_str()) {
            owner.clone_into(&mut self.owner);
        }
        merge(&mut self.fields, without(update, &READ_ONLY));
        self.updated = now();
    }
}

/// The managed objects of one tenant.
#[derive(Default)]
pub(crate) struct Inventory {
    objects: BTreeMap<Id, ManagedObject>,
    pub(crate) children: Children,
}

impl Inventory {
    /// All of them, in the order of their IDs.
    pub(crate) fn all(&self) -> impl Iterator<Item = &ManagedObject> {
        self.objects.values()
    }

    pub(crate) fn by_id(&self, id: Id) -> Option<&ManagedObject> {
        self.objects.get(&id)
    }

    pub(crate) fn get_by_id(&self, id: Id) -> Result<&ManagedObject, Refusal> {
        self.by_id(id).ok_or_else(|| no_object(id))
    }

    pub(crate) fn find(&self, id: &str) -> Option<&ManagedObject> {
        self.by_id(id.parse().ok()?)
    }

    pub(crate) fn get(&self, id: &str) -> Result<&ManagedObject, Refusal> {
        self.find(id).ok_or_else(|| no_object(id))
    }

    pub(crate) fn read(&self, caller: &Caller, id: &str) -> Result<&ManagedObject, Refusal> {
        let object = self.get(id)?;
        caller.require_or_own(&READ, Some(&object.owner))?;
        Ok(object)
    }

    pub(crate) fn may_create(caller: &Caller) -> Result<(), Refusal> {
        caller.require(&CREATE)
    }

    fn insert(&mut self, object: ManagedObject) -> &ManagedObject {
        self.objects
            .entry(object.id)
            .insert_entry(object)
            .into_mut()
    }

    /// A device shows that it is there: nothing of the object changes by it.
    pub(crate) fn sign_of_life(&self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        self.changeable(caller, id).map(drop)
    }

    fn changeable(&self, caller: &Caller, id: &str) -> Result<Id, Refusal> {
        let object = self.get(id)?;
        caller.require_or_own(&ADMIN, Some(&object.owner))?;
        Ok(object.id)
    }
}

impl Tenant {
    /// Makes managed objects, with the external IDs that they may come with: all of them, or
    /// nothing is made. There has to be an ID for each.
    pub(crate) fn create_objects(
        &mut self,
        caller: &Caller,
        new: Vec<(Id, Fields)>,
    ) -> Result<(), Refusal> {
        let mut names: Vec<(ExternalId, Id)> = Vec::new();
        for (id, fields) in &new {
            check(fields)?;
            for name in external_ids_in(fields)? {
                self.identity.refuse_bound(&name)?;
                if names.iter().any(|(other, _)| *other == name) {
                    return Err(name.taken("another new object"));
                }
                names.push((name, *id));
            }
        }
        for (id, fields) in new {
            let object = ManagedObject::new(id, &caller.user, fields);
            self.inventory.insert(object);
            self.usage.count(Counted::InventoriesCreated);
        }
        for (name, id) in names {
            self.identity.insert(name, id);
        }
        Ok(())
    }

    /// Makes a managed object below another one.
    pub(crate) fn create_child(
        &mut self,
        id: Id,
        caller: &Caller,
        (parent, relation): (&str, Relation),
        fields: Fields,
    ) -> Result<(), Refusal> {
        let parent = self.inventory.changeable(caller, parent)?;
        self.create_objects(caller, vec![(id, fields)])?;
        self.inventory.children.insert(parent, relation, id);
        Ok(())
    }

    /// Updates managed objects: all of them, or none.
    pub(crate) fn update_objects(
        &mut self,
        caller: &Caller,
        updates: Vec<(String, Fields)>,
    ) -> Result<Vec<Id>, Refusal> {
        let mut checked = Vec::with_capacity(updates.len());
        for (id, update) in updates {
            check(&update)?;
            checked.push((self.inventory.changeable(caller, &id)?, update));
        }
        let mut ids = Vec::with_capacity(checked.len());
        for (id, update) in checked {
            self.write(id, update);
            ids.push(id);
        }
        Ok(ids)
    }

    fn write(&mut self, id: Id, update: Fields) {
        if let Some(object) = self.inventory.objects.get_mut(&id) {
            object.update(update);
            self.usage.count(Counted::InventoriesUpdated);
        }
    }
}

impl Platform {
    /// Writes the one object of this type that the platform itself keeps in a tenant: its fields
    /// are updated, and it is made where it is not there yet.
    pub(crate) fn put_by_platform(
        &mut self,
        tenant: &str,
        kind: &str,
        mut fields: Fields,
    ) -> Result<Id, Refusal> {
        let id = self.next_id();
        let tenant = self.tenant_mut(tenant)?;
        let mut objects = tenant.inventory.objects.values_mut();
        let known = objects.find(|it| it.owner == PLATFORM && it.kind() == Some(kind));
        if let Some(object) = known {
            object.update(fields);
            return Ok(object.id);
        }
        fields.insert("type".to_owned(), kind.into());
        tenant
            .inventory
            .insert(ManagedObject::new(id, PLATFORM, fields));
        Ok(id)
    }
}

fn external_ids_in(fields: &Fields) -> Result<Vec<ExternalId>, Refusal> {
    let wrong = || Refusal::invalid("externalIds is not a list of {type, externalId}");
    match fields.get("externalIds") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) => names
            .iter()
            .map(|name| ExternalId::parse(name.as_object().ok_or_else(wrong)?))
            .collect(),
        Some(_) => Err(wrong()),
    }
}

fn check(fields: &Fields) -> Result<(), Refusal> {
    ["name", "type", "owner"]
        .iter()
        .try_for_each(|name| text(fields, name).map(drop))
}

fn no_object(id: impl std::fmt::Display) -> Refusal {
    Refusal::not_found(AREA, format!("managed object {id}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn what_the_platform_keeps_of_a_type_is_one_object() {
        let mut platform = Platform::new("t100");
        platform.insert_tenant(Tenant::new("t100", "t100.localhost", None));
        let mut put = |value| platform.put_by_platform("t100", "c8y_Application_7", fields(value));
        let first = put(json!({"name": "hello", "c8y_Status": {"status": "Up"}})).expect("made");
        let again = put(json!({"c8y_Status": {"status": "Down"}})).expect("updated");
        assert_eq!(first, again);
        let inventory = &platform.tenant("t100").expect("the tenant").inventory;
        let object = inventory.by_id(first).expect("the object");
        assert_eq!(
            (object.name(), object.kind()),
            (Some("hello"), Some("c8y_Application_7"))
        );
        assert_eq!(object.fields["c8y_Status"], json!({"status": "Down"}));
    }
}
