//! External IDs of a tenant's managed objects.

use std::collections::{BTreeMap, BTreeSet};

use crate::refusal::Refusal;
use crate::state::object::{require, text};
use crate::state::{Caller, Fields, Id, Tenant};

const AREA: &str = "identity";
const READ: [&str; 1] = ["ROLE_IDENTITY_READ"];
const ADMIN: [&str; 1] = ["ROLE_IDENTITY_ADMIN"];

/// A name that another system gives to a managed object, unique within its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ExternalId {
    pub(crate) kind: String,
    pub(crate) value: String,
}

impl ExternalId {
    pub(crate) fn parse(fields: &Fields) -> Result<Self, Refusal> {
        require(fields, &["externalId", "type"])?;
        let kind = text(fields, "type")?.unwrap_or_default().to_owned();
        let value = text(fields, "externalId")?.unwrap_or_default().to_owned();
        if kind.is_empty() || value.is_empty() {
            return Err(Refusal::invalid("type and externalId must not be empty"));
        }
        Ok(Self { kind, value })
    }

    pub(super) fn taken(&self, by: impl std::fmt::Display) -> Refusal {
        let Self { kind, value } = self;
        let message = format!("external ID {value} of type {kind} belongs to {by} already");
        Refusal::conflict(AREA, message)
    }
}

/// The external IDs of one tenant, to be found by themselves and by their object.
#[derive(Default)]
pub(crate) struct Identity {
    objects: BTreeMap<ExternalId, Id>,
    names: BTreeMap<Id, BTreeSet<ExternalId>>,
}

impl Identity {
    fn find(&self, name: &ExternalId) -> Result<Id, Refusal> {
        self.objects.get(name).copied().ok_or_else(|| {
            let ExternalId { kind, value } = name;
            Refusal::not_found(AREA, format!("external ID {value} of type {kind}"))
        })
    }

    pub(crate) fn names(&self, object: Id) -> impl Iterator<Item = &ExternalId> {
        self.names.get(&object).into_iter().flatten()
    }

    pub(super) fn refuse_bound(&self, name: &ExternalId) -> Result<(), Refusal> {
        match self.objects.get(name) {
            None => Ok(()),
            Some(id) => Err(name.taken(id)),
        }
    }

    pub(super) fn insert(&mut self, name: ExternalId, object: Id) {
        self.names.entry(object).or_default().insert(name.clone());
        self.objects.insert(name, object);
    }

    fn remove(&mut self, name: &ExternalId) {
        let object = self.objects.remove(name);
        if let Some(names) = object.and_then(|object| self.names.get_mut(&object)) {
            names.remove(name);
        }
    }

    pub(super) fn forget(&mut self, object: Id) {
        for name in self.names.remove(&object).into_iter().flatten() {
            self.objects.remove(&name);
        }
    }
}

impl Tenant {
    pub(crate) fn external_id(
        &self,
        caller: &Caller,
        external_id: &ExternalId,
    ) -> Result<Id, Refusal> {
        let id = self.identity.find(external_id)?;
        caller.require_or_own(&READ, self.owner_of(id))?;
        Ok(id)
    }

    /// The external IDs of a managed object. An object that is not there has none.
    pub(crate) fn external_ids(
        &self,
        caller: &Caller,
        object: &str,
    ) -> Result<impl Iterator<Item = &ExternalId>, Refusal> {
        let object = self.inventory.find(object);
        caller.require_or_own(&READ, object.map(|object| object.owner.as_str()))?;
        let names = object.map(|object| self.identity.names(object.id));
        Ok(names.into_iter().flatten())
    }

    /// Gives a managed object an external ID that no object of the tenant has.
    pub(crate) fn bind(
        &mut self,
        caller: &Caller,
        object: &str,
        name: ExternalId,
    ) -> Result<Id, Refusal> {
        let object = self.inventory.get(object)?;
        caller.require_or_own(&ADMIN, Some(&object.owner))?;
        self.identity.refuse_bound(&name)?;
        self.identity.insert(name, object.id);
        Ok(object.id)
    }

    pub(crate) fn unbind(&mut self, caller: &Caller, name: &ExternalId) -> Result<(), Refusal> {
        let id = self.identity.find(name)?;
        caller.require_or_own(&ADMIN, self.owner_of(id))?;
        self.identity.remove(name);
        Ok(())
    }

    fn owner_of(&self, object: Id) -> Option<&str> {
        let object = self.inventory.by_id(object)?;
        Some(&object.owner)
    }
}
