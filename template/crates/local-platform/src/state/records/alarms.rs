//! Alarms of a tenant, with their de-duplication.

use super::Records;
use super::new_record::Sort;
use super::uncleared::Uncleared;
use crate::refusal::Refusal;
use crate::state::object::{merge, missing_fields, take_text, without};
use crate::state::{Caller, Counted, Fields, Id, Record, RecordFilter, Tenant, Time, now};

const SORT: Sort = Sort {
    area: "alarm",
    read: ["ROLE_ALARM_READ"],
    admin: ["ROLE_ALARM_ADMIN"],
    mandatory: &["severity", "source", "text", "time", "type"],
    further_bounds: ", createdFrom, createdTo",
};
pub(super) const SEVERITIES: [&str; 4] = ["CRITICAL", "MAJOR", "MINOR", "WARNING"];
const STATUSES: [&str; 3] = ["ACTIVE", "ACKNOWLEDGED", "CLEARED"];
const CLEARED: &str = "CLEARED";
/// What the platform says about alarms beyond other records.
const READ_ONLY: [&str; 3] = ["count", "firstOccurrenceTime", "history"];
/// How many alarms are counted for who may not read all of them.
const COUNTED_OF_OWN: usize = 100;

pub(crate) type Alarm = Record<AlarmDetails>;

/// What only alarms have.
#[derive(Debug)]
pub(crate) struct AlarmDetails {
    pub(crate) text: String,
    pub(crate) severity: String,
    pub(crate) status: String,
    pub(crate) count: u64,
    pub(crate) first_occurrence: Time,
}

impl AlarmDetails {
    pub(super) fn is_cleared(&self) -> bool {
        self.status == CLEARED
    }
}

/// What a list of alarms is narrowed to. An empty list of values narrows nothing.
#[derive(Debug, Default)]
pub(crate) struct AlarmFilter {
    pub(crate) record: RecordFilter,
    pub(crate) severities: Vec<String>,
    pub(crate) statuses: Vec<String>,
    /// Takes precedence over the statuses.
    pub(crate) resolved: Option<bool>,
}

impl AlarmFilter {
    fn admits(&self, alarm: &Alarm) -> bool {
        let any = |wanted: &[String], value: &String| wanted.is_empty() || wanted.contains(value);
        let status = match self.resolved {
            Some(resolved) => alarm.details.is_cleared() == resolved,
            None => any(&self.statuses, &alarm.details.status),
        };
        status && any(&self.severities, &alarm.details.severity)
    }

    fn is_empty(&self) -> bool {
        self.resolved.is_none()
            && self.severities.is_empty()
            && self.statuses.is_empty()
            && self.record.kinds.is_empty()
            && !self.record.is_bounded()
    }
}

/// The alarms of one tenant.
#[derive(Default)]
pub(crate) struct Alarms {
    records: Records<AlarmDetails>,
    uncleared: Uncleared,
}

impl Alarms {
    fn insert(&mut self, alarm: Alarm) {
        self.uncleared.add(&alarm);
        self.records.insert(alarm);
    }

    fn remove(&mut self, id: Id) {
        if let Some(alarm) = self.records.remove(id) {
            self.uncleared.remove(&alarm);
        }
    }

    pub(super) fn forget(&mut self, source: Id) {
        self.records.forget(source);
        self.uncleared.forget(source);
    }

    /// The same alarm again: it counts up and takes the time over, and keeps everything else.
    fn repeat(&mut self, id: Id, time: Time) {
        self.records.set_time(id, time);
        if let Some(alarm) = self.records.find_mut(id) {
            alarm.details.count += 1;
            alarm.updated = now();
        }
    }

    /// Changes an alarm, and what is known about it being cleared.
    fn change(&mut self, id: Id, change: impl FnOnce(&mut Alarm)) {
        if let Some(mut alarm) = self.records.remove(id) {
            self.uncleared.remove(&alarm);
            change(&mut alarm);
            alarm.updated = now();
            self.insert(alarm);
        }
    }
}

impl Tenant {
    /// Makes an alarm, or counts up the one that is there, and says which; none, if it is
    /// suppressed.
    pub(crate) fn raise_alarm(
        &mut self,
        id: Id,
        caller: &Caller,
        fields: Fields,
    ) -> Result<Option<Id>, Refusal> {
        let (mut new, source) = self.new_record(&SORT, caller, fields)?;
        let mut details = AlarmDetails {
            text: new.take("text")?,
            severity: new.take("severity")?,
            status: take_text(&mut new.fields, "status")?.unwrap_or_else(|| "ACTIVE".to_owned()),
            count: 1,
            first_occurrence: new.time,
        };
        check_values(Some(&details.severity), Some(&details.status))?;
        if source.in_maintenance() || self.suppresses(&new.kind) {
            return Ok(None);
        }
        self.map_alarm(&new.kind, &mut details);
        new.fields = without(new.fields, &READ_ONLY);
        let alarm = new.into_record(id, details);
        if let Some(known) = self.alarms.uncleared.like(&alarm) {
            self.alarms.repeat(known, alarm.time());
            self.usage.count(Counted::AlarmsUpdated);
            return Ok(Some(known));
        }
        self.alarms.insert(alarm);
        self.usage.count(Counted::AlarmsCreated);
        Ok(Some(id))
    }

    pub(crate) fn alarm_of(&self, id: Id) -> Result<&Alarm, Refusal> {
        let alarm = self.alarms.records.find(id);
        alarm.ok_or_else(|| SORT.not_found(id))
    }

    pub(crate) fn alarm(&self, caller: &Caller, id: &str) -> Result<&Alarm, Refusal> {
        let alarm = self.find_alarm(id)?;
        self.may(caller, &SORT.read, alarm)?;
        Ok(alarm)
    }

    /// What the caller may read of the tenant's alarms: all with the role, else their own objects'.
    pub(crate) fn alarms<'a>(
        &'a self,
        caller: &'a Caller,
        filter: &'a AlarmFilter,
    ) -> impl Iterator<Item = &'a Alarm> {
        let sees_all = Self::reads_all_alarms(caller);
        let seen = move |alarm: &&Alarm| sees_all || self.source_owner(alarm) == Some(&caller.user);
        let alarms = filter.record.select(&self.inventory, &self.alarms.records);
        alarms.filter(|alarm| filter.admits(alarm)).filter(seen)
    }

    pub(crate) fn reads_all_alarms(caller: &Caller) -> bool {
        caller.has_any(&SORT.read)
    }

    pub(crate) fn count_alarms(&self, caller: &Caller, filter: &AlarmFilter) -> usize {
        let alarms = self.alarms(caller, filter);
        if Self::reads_all_alarms(caller) {
            alarms.count()
        } else {
            alarms.take(COUNTED_OF_OWN).count()
        }
    }

    /// Changes an alarm's text, status, severity and fragments.
    pub(crate) fn update_alarm(
        &mut self,
        caller: &Caller,
        id: &str,
        update: Fields,
    ) -> Result<Id, Refusal> {
        let alarm = self.find_alarm(id)?;
        self.may(caller, &SORT.admin, alarm)?;
        let id = alarm.id;
        let mut update = without(SORT.update(alarm, update)?, &READ_ONLY);
        let text = take_text(&mut update, "text")?;
        let severity = take_text(&mut update, "severity")?;
        let status = take_text(&mut update, "status")?;
        check_values(severity.as_deref(), status.as_deref())?;
        self.alarms.change(id, |alarm| {
            let details = &mut alarm.details;
            for (field, given) in [
                (&mut details.text, text),
                (&mut details.severity, severity),
                (&mut details.status, status),
            ] {
                if let Some(given) = given {
                    *field = given;
                }
            }
            merge(&mut alarm.fragments, update);
        });
        self.usage.count(Counted::AlarmsUpdated);
        Ok(id)
    }

    /// Gives another status to all alarms that the filter admits.
    pub(crate) fn update_alarms(
        &mut self,
        caller: &Caller,
        filter: &AlarmFilter,
        mut update: Fields,
    ) -> Result<(), Refusal> {
        caller.require(&SORT.admin)?;
        if filter.is_empty() {
            return Err(Refusal::invalid(
                "alarms are changed by at least one of the parameters source, type, status, \
                 severity, resolved, dateFrom, dateTo, createdFrom, createdTo",
            ));
        }
        let status = take_text(&mut update, "status")?;
        let status = status.ok_or_else(|| missing_fields(&["status"]))?;
        check_values(None, Some(&status))?;
        for id in self.admitted_alarms(filter) {
            self.alarms
                .change(id, |alarm| alarm.details.status.clone_from(&status));
            self.usage.count(Counted::AlarmsUpdated);
        }
        Ok(())
    }

    pub(crate) fn delete_alarms(
        &mut self,
        caller: &Caller,
        filter: &AlarmFilter,
    ) -> Result<(), Refusal> {
        caller.require(&SORT.admin)?;
        SORT.refuse_unbounded(&filter.record)?;
        for id in self.admitted_alarms(filter) {
            self.alarms.remove(id);
        }
        Ok(())
    }

    fn admitted_alarms(&self, filter: &AlarmFilter) -> Vec<Id> {
        let alarms = filter.record.select(&self.inventory, &self.alarms.records);
        let admitted = alarms.filter(|alarm| filter.admits(alarm));
        admitted.map(|alarm| alarm.id).collect()
    }

    fn find_alarm(&self, id: &str) -> Result<&Alarm, Refusal> {
        let alarm = id.parse().ok().and_then(|id| self.alarms.records.find(id));
        alarm.ok_or_else(|| SORT.not_found(id))
    }
}

fn check_values(severity: Option<&str>, status: Option<&str>) -> Result<(), Refusal> {
    for (name, value, allowed) in [
        ("severity", severity, SEVERITIES.as_slice()),
        ("status", status, STATUSES.as_slice()),
    ] {
        if let Some(value) = value.filter(|value| !allowed.contains(value)) {
            let allowed = allowed.join(", ");
            return Err(Refusal::invalid(format!(
                "{name} {value} is not one of {allowed}"
            )));
        }
    }
    Ok(())
}
