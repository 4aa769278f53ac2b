//! What lists, counts and deletes of records are narrowed to.

use std::collections::BTreeSet;

use super::Records;
use crate::refusal::Refusal;
use crate::state::{Caller, Id, Inventory, Order, Record, Relation, Tenant, TimeRange};

/// What all sorts of records are narrowed by. An empty list of values narrows nothing.
#[derive(Debug, Default)]
pub(crate) struct RecordFilter {
    pub(crate) source: Option<String>,
    /// As what the source's descendants are meant, too.
    pub(crate) descendants: Vec<Relation>,
    pub(crate) kinds: Vec<String>,
    pub(crate) occurred: TimeRange,
    pub(crate) created: TimeRange,
    pub(crate) updated: TimeRange,
    pub(crate) order: Order,
}

impl RecordFilter {
    pub(super) fn select<'a, D>(
        &'a self,
        inventory: &Inventory,
        records: &'a Records<D>,
    ) -> impl Iterator<Item = &'a Record<D>> + use<'a, D> {
        let sources = self.sources(inventory);
        let records = records.walk(sources.as_ref(), self.occurred, self.order);
        records.filter(|record| self.admits(record))
    }

    /// Whether one source is meant, or times are.
    pub(super) fn is_bounded(&self) -> bool {
        self.source.is_some() || self.occurred.is_bounded() || self.created.is_bounded()
    }

    fn sources(&self, inventory: &Inventory) -> Option<BTreeSet<Id>> {
        let given = self.source.as_ref()?;
        let Some(source) = inventory.find(given) else {
            return Some(BTreeSet::new());
        };
        let mut sources = match self.descendants.as_slice() {
            [] => BTreeSet::new(),
            relations => inventory.descendants(source.id, relations),
        };
        sources.insert(source.id);
        Some(sources)
    }

    fn admits<D>(&self, record: &Record<D>) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&record.kind))
            && self.created.contains(record.created)
            && self.updated.contains(record.updated)
    }
}

impl Tenant {
    /// Drops what a managed object has reported.
    pub(in crate::state) fn forget_records(&mut self, source: Id) {
        self.alarms.forget(source);
        self.events.forget(source);
        self.measurements.forget(source);
    }

    pub(super) fn source_owner<D>(&self, record: &Record<D>) -> Option<&str> {
        let source = self.inventory.by_id(record.source())?;
        Some(&source.owner)
    }

    /// One of the roles, or the ownership of the record's source.
    pub(super) fn may<D>(
        &self,
        caller: &Caller,
        any_of: &[&str],
        record: &Record<D>,
    ) -> Result<(), Refusal> {
        caller.require_or_own(any_of, self.source_owner(record))
    }
}
