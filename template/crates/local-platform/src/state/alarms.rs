//! Alarms of a tenant, with their de-duplication.

use std::collections::BTreeMap;

use serde_json::Value;

use super::object::{merge, missing_fields, present, text, without};
use super::time::{now, parse};
use super::{Caller, Fields, Id, Tenant, Time, TimeRange};
use crate::refusal::Refusal;

const AREA: &str = "alarm";
const READ: [&str; 1] = ["ROLE_ALARM_READ"];
const ADMIN: [&str; 1] = ["ROLE_ALARM_ADMIN"];
const SEVERITIES: [&str; 4] = ["CRITICAL", "MAJOR", "MINOR", "WARNING"];
const STATUSES: [&str; 3] = ["ACTIVE", "ACKNOWLEDGED", "CLEARED"];
const CLEARED: &str = "CLEARED";
const TYPED: [&str; 6] = ["source", "type", "text", "time", "severity", "status"];
const FIXED: [&str; 3] = ["source", "time", "type"];
const READ_ONLY: [&str; 7] = [
    "id",
    "self",
    "count",
    "creationTime",
    "firstOccurrenceTime",
    "lastUpdated",
    "history",
];

/// An alarm.
#[derive(Clone, Debug)]
pub(crate) struct Alarm {
    pub(crate) id: Id,
    pub(crate) source: Id,
    pub(crate) kind: String,
    pub(crate) text: String,
    pub(crate) time: Time,
    pub(crate) severity: String,
    pub(crate) status: String,
    pub(crate) count: u64,
    pub(crate) first_occurrence: Time,
    pub(crate) created: Time,
    pub(crate) updated: Time,
    /// Custom fragments.
    pub(crate) fragments: Fields,
}

impl Alarm {
    fn is_cleared(&self) -> bool {
        self.status == CLEARED
    }

    /// The same alarm again: it counts up and takes the time over, and keeps everything else.
    fn repeat(&mut self, time: Time) {
        self.count += 1;
        self.time = time;
        self.updated = now();
    }
}

/// What a list of alarms is narrowed to. An empty list of values narrows nothing.
#[derive(Debug, Default)]
pub(crate) struct AlarmFilter {
    pub(crate) source: Option<String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) severities: Vec<String>,
    pub(crate) statuses: Vec<String>,
    /// Takes precedence over the statuses.
    pub(crate) resolved: Option<bool>,
    pub(crate) occurred: TimeRange,
    pub(crate) created: TimeRange,
    pub(crate) updated: TimeRange,
    /// Oldest first.
    pub(crate) revert: bool,
}

impl AlarmFilter {
    fn admits(&self, alarm: &Alarm) -> bool {
        let any = |wanted: &[String], value: &String| wanted.is_empty() || wanted.contains(value);
        let status = match self.resolved {
            Some(resolved) => alarm.is_cleared() == resolved,
            None => any(&self.statuses, &alarm.status),
        };
        status
            && self
                .source
                .as_ref()
                .is_none_or(|source| *source == alarm.source.to_string())
            && any(&self.kinds, &alarm.kind)
            && any(&self.severities, &alarm.severity)
            && self.occurred.contains(alarm.time)
            && self.created.contains(alarm.created)
            && self.updated.contains(alarm.updated)
    }
}

/// The alarms of one tenant.
#[derive(Default)]
pub(crate) struct Alarms(BTreeMap<Id, Alarm>);

impl Alarms {
    pub(crate) fn forget(&mut self, source: Id) {
        self.0.retain(|_, alarm| alarm.source != source);
    }

    fn get(&self, id: &str) -> Result<&Alarm, Refusal> {
        let alarm = id.parse().ok().and_then(|id: Id| self.0.get(&id));
        alarm.ok_or_else(|| Refusal::not_found(AREA, format!("alarm {id}")))
    }

    fn same_uncleared(&mut self, source: Id, kind: &str) -> Option<&mut Alarm> {
        let mut alarms = self.0.values_mut();
        alarms.find(|alarm| alarm.source == source && alarm.kind == kind && !alarm.is_cleared())
    }
}

impl Tenant {
    /// Makes an alarm, or counts up the one that is there: both answer with the alarm as it is
    /// then.
    pub(crate) fn raise_alarm(
        &mut self,
        id: Id,
        caller: &Caller,
        fields: Fields,
    ) -> Result<&Alarm, Refusal> {
        let source = source_of(&fields);
        require_all(&fields, source.as_deref())?;
        let source = source.unwrap_or_default();
        let object = self.inventory.find(&source);
        caller.require_or_own(&ADMIN, object.map(|object| object.owner.as_str()))?;
        let object = object.ok_or_else(|| no_source(&source))?.id;
        let new = new_alarm(id, object, fields)?;
        let id = match self.alarms.same_uncleared(object, &new.kind) {
            Some(known) => {
                known.repeat(new.time);
                known.id
            }
            None => self.alarms.0.entry(id).insert_entry(new).get().id,
        };
        self.alarms.get(&id.to_string())
    }

    pub(crate) fn alarm(&self, caller: &Caller, id: &str) -> Result<&Alarm, Refusal> {
        let alarm = self.alarms.get(id)?;
        caller.require_or_own(&READ, self.source_owner(alarm))?;
        Ok(alarm)
    }

    /// What the caller may read of the tenant's alarms, newest first: all with the role, else their
    /// own objects'.
    pub(crate) fn alarms(&self, caller: &Caller, filter: &AlarmFilter) -> Vec<&Alarm> {
        let sees_all = caller.has_any(&READ);
        let seen =
            |alarm: &&Alarm| sees_all || self.source_owner(alarm) == Some(caller.user.as_str());
        let admitted = self.alarms.0.values().filter(|alarm| filter.admits(alarm));
        let mut alarms: Vec<&Alarm> = admitted.filter(seen).collect();
        alarms.sort_by_key(|alarm| (alarm.time, alarm.id));
        if !filter.revert {
            alarms.reverse();
        }
        alarms
    }

    /// Changes an alarm's text, status, severity and fragments.
    pub(crate) fn update_alarm(
        &mut self,
        caller: &Caller,
        id: &str,
        update: Fields,
    ) -> Result<&Alarm, Refusal> {
        let mut alarm = self.alarms.get(id)?.clone();
        caller.require_or_own(&ADMIN, self.source_owner(&alarm))?;
        if let Some(fixed) = FIXED.iter().find(|name| update.contains_key(**name)) {
            return Err(Refusal::invalid(format!(
                "{fixed} of an alarm cannot be changed"
            )));
        }
        for (field, name) in [
            (&mut alarm.text, "text"),
            (&mut alarm.severity, "severity"),
            (&mut alarm.status, "status"),
        ] {
            if let Some(given) = text(&update, name)? {
                given.clone_into(field);
            }
        }
        check_values(&alarm)?;
        merge(
            &mut alarm.fragments,
            without(without(update, &TYPED), &READ_ONLY),
        );
        alarm.updated = now();
        Ok(self.alarms.0.entry(alarm.id).insert_entry(alarm).into_mut())
    }

    fn source_owner(&self, alarm: &Alarm) -> Option<&str> {
        let source = self.inventory.find(&alarm.source.to_string())?;
        Some(&source.owner)
    }
}

/// `source.id`, as a text or a number.
fn source_of(fields: &Fields) -> Option<String> {
    match fields.get("source")?.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn require_all(fields: &Fields, source: Option<&str>) -> Result<(), Refusal> {
    let missing: Vec<&str> = ["severity", "source", "text", "time", "type"]
        .into_iter()
        .filter(|name| match *name {
            "source" => source.is_none(),
            name => fields.get(name).is_none_or(Value::is_null),
        })
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing_fields(&missing))
    }
}

fn new_alarm(id: Id, source: Id, fields: Fields) -> Result<Alarm, Refusal> {
    let given = |name| text(&fields, name).map(|text| text.unwrap_or_default().to_owned());
    let time = parse("time", &given("time")?)?;
    let now = now();
    let alarm = Alarm {
        id,
        source,
        kind: given("type")?,
        text: given("text")?,
        time,
        severity: given("severity")?,
        status: text(&fields, "status")?.unwrap_or("ACTIVE").to_owned(),
        count: 1,
        first_occurrence: time,
        created: now,
        updated: now,
        fragments: present(without(without(fields, &TYPED), &READ_ONLY)),
    };
    check_values(&alarm)?;
    Ok(alarm)
}

fn check_values(alarm: &Alarm) -> Result<(), Refusal> {
    for (name, value, allowed) in [
        ("severity", &alarm.severity, SEVERITIES.as_slice()),
        ("status", &alarm.status, STATUSES.as_slice()),
    ] {
        if !allowed.contains(&value.as_str()) {
            let allowed = allowed.join(", ");
            return Err(Refusal::invalid(format!(
                "{name} {value} is not one of {allowed}"
            )));
        }
    }
    Ok(())
}

fn no_source(id: &str) -> Refusal {
    Refusal::new(
        422,
        "alarm/Unprocessable Entity",
        format!("source managed object {id} not found"),
    )
}
