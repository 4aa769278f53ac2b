//! External IDs of a tenant's managed objects.

use std::collections::BTreeMap;

use super::object::{require, text};
use super::{Caller, Fields, Id, Tenant};
use crate::refusal::Refusal;

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
}

/// The external IDs of one tenant.
#[derive(Default)]
pub(crate) struct Identity(BTreeMap<ExternalId, Id>);

impl Identity {
    fn find(&self, external_id: &ExternalId) -> Result<Id, Refusal> {
        self.0.get(external_id).copied().ok_or_else(|| {
            let ExternalId { kind, value } = external_id;
            Refusal::not_found(AREA, format!("external ID {value} of type {kind}"))
        })
    }

    pub(crate) fn forget(&mut self, object: Id) {
        self.0.retain(|_, id| *id != object);
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
    ) -> Result<Vec<&ExternalId>, Refusal> {
        let object = self.inventory.find(object);
        caller.require_or_own(&READ, object.map(|object| object.owner.as_str()))?;
        let bound = |object: Id| self.identity.0.iter().filter(move |(_, id)| **id == object);
        Ok(object.map_or_else(Vec::new, |object| {
            bound(object.id).map(|(name, _)| name).collect()
        }))
    }

    /// Gives a managed object an external ID that no object of the tenant has.
    pub(crate) fn bind(
        &mut self,
        caller: &Caller,
        object: &str,
        external_id: ExternalId,
    ) -> Result<Id, Refusal> {
        let object = self.inventory.get(object)?;
        caller.require_or_own(&ADMIN, Some(&object.owner))?;
        let id = object.id;
        self.refuse_bound(&external_id)?;
        self.identity.0.insert(external_id, id);
        Ok(id)
    }

    pub(crate) fn refuse_bound(&self, external_id: &ExternalId) -> Result<(), Refusal> {
        match self.identity.0.get(external_id) {
            None => Ok(()),
            Some(id) => {
                let ExternalId { kind, value } = external_id;
                let message = format!("external ID {value} of type {kind} belongs to {id} already");
                Err(Refusal::conflict(AREA, message))
            }
        }
    }

    pub(crate) fn unbind(
        &mut self,
        caller: &Caller,
        external_id: &ExternalId,
    ) -> Result<(), Refusal> {
        let id = self.identity.find(external_id)?;
        caller.require_or_own(&ADMIN, self.owner_of(id))?;
        self.identity.0.remove(external_id);
        Ok(())
    }

    fn owner_of(&self, object: Id) -> Option<&str> {
        self.inventory
            .find(&object.to_string())
            .map(|object| object.owner.as_str())
    }
}
