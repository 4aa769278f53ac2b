//! Which alarms are not cleared: the same one again does not make a second one.

use std::collections::{BTreeSet, HashMap};

use super::alarms::Alarm;
use crate::state::Id;

/// The alarms that are not cleared, by source and type: mostly one each.
#[derive(Default)]
pub(super) struct Uncleared(HashMap<Id, HashMap<String, BTreeSet<Id>>>);

impl Uncleared {
    /// The oldest alarm with the source and type of this one.
    pub(super) fn like(&self, alarm: &Alarm) -> Option<Id> {
        let of_source = self.0.get(&alarm.source())?;
        of_source.get(&alarm.kind)?.first().copied()
    }

    pub(super) fn add(&mut self, alarm: &Alarm) {
        if !alarm.details.is_cleared() {
            let of_source = self.0.entry(alarm.source()).or_default();
            let of_kind = of_source.entry(alarm.kind.clone()).or_default();
            of_kind.insert(alarm.id);
        }
    }

    pub(super) fn remove(&mut self, alarm: &Alarm) {
        let Some(of_source) = self.0.get_mut(&alarm.source()) else {
            return;
        };
        if let Some(of_kind) = of_source.get_mut(&alarm.kind) {
            of_kind.remove(&alarm.id);
            if of_kind.is_empty() {
                of_source.remove(&alarm.kind);
            }
        }
        if of_source.is_empty() {
            self.0.remove(&alarm.source());
        }
    }

    pub(super) fn forget(&mut self, source: Id) {
        self.0.remove(&source);
    }
}
