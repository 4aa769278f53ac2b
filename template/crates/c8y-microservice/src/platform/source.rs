//! Where alarms, events and measurements come from.

use serde::{Deserialize, Serialize};

use crate::id::ManagedObjectId;

/// The managed object that an alarm, an event or a measurement is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Source {
    /// Its ID in the tenant.
    pub id: ManagedObjectId,
    /// Its name, where the platform adds it: with alarms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl From<ManagedObjectId> for Source {
    fn from(id: ManagedObjectId) -> Self {
        Self { id, name: None }
    }
}
