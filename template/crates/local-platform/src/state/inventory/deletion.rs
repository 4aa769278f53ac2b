//! What goes with a managed object that is deleted.

use std::collections::BTreeSet;

use crate::refusal::Refusal;
use crate::state::{Caller, Id, Inventory, ManagedObject, Relation, Tenant, is_device_user};

const GROUP: &str = "c8y_IsDeviceGroup";

/// How far a deletion goes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deletion {
    /// Everything below a device or group goes with it.
    pub(crate) cascade: bool,
    /// Everything below goes with it, whatever it is.
    pub(crate) force_cascade: bool,
    pub(crate) with_device_user: bool,
}

impl Tenant {
    /// Deletes a managed object with what goes with it. Of a group this is always the groups below
    /// it; another object with child devices stays unless these are to go as well.
    pub(crate) fn delete_object(
        &mut self,
        caller: &Caller,
        id: &str,
        deletion: Deletion,
    ) -> Result<(), Refusal> {
        let id = self.inventory.changeable(caller, id)?;
        self.remove(id, deletion)
    }

    pub(super) fn remove(&mut self, id: Id, deletion: Deletion) -> Result<(), Refusal> {
        let mut doomed = self.inventory.doomed(id, deletion)?;
        doomed.insert(id);
        for id in doomed {
            self.forget_object(id, deletion.with_device_user);
        }
        Ok(())
    }

    /// Takes a managed object out of everything that knows it.
    fn forget_object(&mut self, id: Id, with_device_user: bool) {
        let object = self.inventory.objects.remove(&id);
        if let Some(object) = object.filter(|it| with_device_user && it.is_device())
            && is_device_user(&object.owner)
        {
            self.forget_user(&object.owner);
        }
        self.inventory.children.forget(id);
        self.identity.forget(id);
        self.forget_records(id);
        self.binaries.forget(id);
    }
}

impl Inventory {
    /// The objects below this one that go with it.
    fn doomed(&self, id: Id, deletion: Deletion) -> Result<BTreeSet<Id>, Refusal> {
        let object = self.get_by_id(id)?;
        let (device, group) = (object.is_device(), object.is_group());
        if deletion.force_cascade || deletion.cascade && (device || group) {
            return Ok(self.descendants(id, &Relation::ALL));
        }
        if group {
            return Ok(self.subgroups(id));
        }
        if let Some(child) = self.children.below(id, Relation::Device).next() {
            let message = format!(
                "managed object {id} has child devices, such as {child}: delete it with cascade=true"
            );
            return Err(Refusal::new(409, "inventory/Conflict", message));
        }
        Ok(BTreeSet::new())
    }

    /// The groups below a group, at any depth. What is below another object is not looked at.
    fn subgroups(&self, group: Id) -> BTreeSet<Id> {
        let mut found = BTreeSet::from([group]);
        let mut next = vec![group];
        while let Some(id) = next.pop() {
            let groups = self
                .children
                .below(id, Relation::Asset)
                .filter(|id| self.by_id(*id).is_some_and(ManagedObject::is_group));
            next.extend(groups.filter(|id| found.insert(*id)));
        }
        found
    }
}

impl ManagedObject {
    pub(super) fn has(&self, fragment: &str) -> bool {
        self.fields.contains_key(fragment)
    }

    fn is_group(&self) -> bool {
        self.has(GROUP)
    }
}
