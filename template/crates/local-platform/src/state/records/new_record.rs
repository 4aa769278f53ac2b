//! What a client has to say of every new record: its source, its type and its time.

use serde_json::Value;

use crate::refusal::Refusal;
use crate::state::object::{missing_fields, present, take_text, without};
use crate::state::time::parse;
use crate::state::{Caller, Fields, Id, ManagedObject, Record, RecordFilter, Tenant, Time};

/// What the platform says about records, and a client cannot.
const READ_ONLY: [&str; 4] = ["id", "self", "creationTime", "lastUpdated"];

/// What an update has to leave as it is.
const FIXED: [&str; 3] = ["source", "time", "type"];

/// A sort of records: what its rules have in common with those of the others.
pub(super) struct Sort {
    /// The first part of its refusals' kinds.
    pub(super) area: &'static str,
    pub(super) read: [&'static str; 1],
    pub(super) admin: [&'static str; 1],
    /// In alphabetical order, as refusals name them.
    pub(super) mandatory: &'static [&'static str],
    /// What bounds a delete beside the source and the times of occurrence.
    pub(super) further_bounds: &'static str,
}

impl Sort {
    pub(super) fn not_found(&self, id: impl std::fmt::Display) -> Refusal {
        Refusal::not_found(self.area, format!("{} {id}", self.area))
    }

    /// Deletes by filter take no chances: they ask for a source or for times.
    pub(super) fn refuse_unbounded(&self, filter: &RecordFilter) -> Result<(), Refusal> {
        if filter.is_bounded() {
            return Ok(());
        }
        Err(Refusal::invalid(format!(
            "{}s are deleted by at least one of these parameters: source, dateFrom, dateTo{}",
            self.area, self.further_bounds
        )))
    }

    /// What an update is about, without what only the platform sets. What cannot change may be
    /// there, as it is.
    pub(super) fn update<D>(&self, record: &Record<D>, update: Fields) -> Result<Fields, Refusal> {
        let changes = |name: &&&str| update.contains_key(**name) && !is_as(record, name, &update);
        match FIXED.iter().find(changes) {
            None => Ok(without(without(update, &FIXED), &READ_ONLY)),
            Some(fixed) => Err(Refusal::invalid(format!(
                "{fixed} of an {} cannot be changed",
                self.area
            ))),
        }
    }
}

/// Whether a fixed field of a record is as an update gives it.
fn is_as<D>(record: &Record<D>, name: &str, update: &Fields) -> bool {
    let given = update.get(name).and_then(Value::as_str);
    match name {
        "source" => source_of(update) == Some(record.source().to_string()),
        "time" => given.and_then(|time| parse(name, time).ok()) == Some(record.time()),
        _ => given == Some(&record.kind),
    }
}

/// A record as a client asks for it, with the fields that are left.
pub(super) struct NewRecord {
    pub(super) source: Id,
    pub(super) kind: String,
    pub(super) time: Time,
    pub(super) fields: Fields,
}

impl NewRecord {
    /// A field that the record has to have.
    pub(super) fn take(&mut self, name: &str) -> Result<String, Refusal> {
        take_text(&mut self.fields, name).map(Option::unwrap_or_default)
    }

    /// The record, whose fragments are the fields that nobody has taken.
    pub(super) fn into_record<D>(self, id: Id, details: D) -> Record<D> {
        let mut record = Record::new(id, self.source, self.kind, self.time, details);
        record.fragments = present(without(self.fields, &READ_ONLY));
        record
    }
}

impl Tenant {
    /// Reads a new record, if the caller may make one of its source.
    pub(super) fn new_record(
        &self,
        sort: &Sort,
        caller: &Caller,
        mut fields: Fields,
    ) -> Result<(NewRecord, &ManagedObject), Refusal> {
        let source = source_of(&fields);
        require_all(sort, &fields, source.as_deref())?;
        fields.remove("source");
        let source = source.unwrap_or_default();
        let object = self.inventory.find(&source);
        caller.require_or_own(&sort.admin, object.map(|object| object.owner.as_str()))?;
        let object = object.ok_or_else(|| no_source(sort, &source))?;
        let time = take_text(&mut fields, "time")?.unwrap_or_default();
        let new = NewRecord {
            source: object.id,
            kind: take_text(&mut fields, "type")?.unwrap_or_default(),
            time: parse("time", &time)?,
            fields,
        };
        Ok((new, object))
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

fn require_all(sort: &Sort, fields: &Fields, source: Option<&str>) -> Result<(), Refusal> {
    let absent = |name: &&&str| match **name {
        "source" => source.is_none(),
        name => fields.get(name).is_none_or(Value::is_null),
    };
    let missing: Vec<&str> = sort.mandatory.iter().filter(absent).copied().collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing_fields(&missing))
    }
}

fn no_source(sort: &Sort, id: &str) -> Refusal {
    Refusal::new(
        422,
        format!("{}/Unprocessable Entity", sort.area),
        format!("source managed object {id} not found"),
    )
}
