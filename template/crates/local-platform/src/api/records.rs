//! What alarms, events and measurements have in common over HTTP.

mod alarms;
mod attachments;
mod events;
mod measurements;
mod series;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::http::{Call, Query, Resource, Routes};
use crate::refusal::Refusal;
use crate::state::{Fields, Id, Order, Record, RecordFilter, Relation, format_time};

/// What parameters mean of a source's descendants.
const DESCENDANTS: [(&str, &[Relation]); 4] = [
    (
        "withSourceChildren",
        &[Relation::Device, Relation::Asset, Relation::Addition],
    ),
    ("withSourceAssets", &[Relation::Asset]),
    ("withSourceDevices", &[Relation::Device]),
    ("withSourceAdditions", &[Relation::Addition]),
];

pub(super) fn routes(routes: &mut Routes) {
    alarms::routes(routes);
    attachments::routes(routes);
    events::routes(routes);
    measurements::routes(routes);
    series::routes(routes);
}

/// What all of them are filtered by. Types are as the API takes them, and so is the order without
/// `revert`.
fn filter(query: &Query, kinds: Vec<String>, usual: Order) -> Result<RecordFilter, Refusal> {
    let revert = query.flag("revert")?.unwrap_or_default();
    Ok(RecordFilter {
        source: query.text("source"),
        descendants: descendants(query)?,
        kinds,
        occurred: query.times("dateFrom", "dateTo")?,
        created: query.times("createdFrom", "createdTo")?,
        updated: query.times("lastUpdatedFrom", "lastUpdatedTo")?,
        order: if revert { usual.reversed() } else { usual },
    })
}

/// The type that is asked for: one, also with a comma in it.
fn one_kind(query: &Query) -> Vec<String> {
    query.text("type").into_iter().collect()
}

fn descendants(query: &Query) -> Result<Vec<Relation>, Refusal> {
    let mut wanted = Vec::new();
    for (name, relations) in DESCENDANTS {
        if query.flag(name)? == Some(true) {
            if query.get("source").is_none() {
                return Err(Refusal::invalid(format!(
                    "{name} needs the parameter source"
                )));
            }
            wanted.extend_from_slice(relations);
        }
    }
    Ok(wanted)
}

/// A record as answers show it: what the platform says about it, and its fragments.
struct View<'a> {
    link: String,
    fields: Vec<(&'static str, Value)>,
    fragments: &'a Fields,
}

impl<'a> View<'a> {
    /// What all of them show. `path` is that of the collection.
    fn new<D>(call: &Call, path: &str, record: &'a Record<D>) -> Self {
        Self {
            link: call.link(&format!("{path}/{}", record.id)),
            fields: vec![
                ("id", record.id.to_string().into()),
                ("type", record.kind.as_str().into()),
                ("time", format_time(record.time()).into()),
            ],
            fragments: &record.fragments,
        }
    }

    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// What the platform has noted down beside what was reported.
    fn with_history<D>(self, record: &Record<D>) -> Self {
        self.with("creationTime", format_time(record.created))
            .with("lastUpdated", format_time(record.updated))
    }
}

/// The fragments, which may be large, are not copied for it.
impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("self", &self.link)?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        for (name, value) in self.fragments {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Resource for View<'_> {
    fn link(&self) -> &str {
        &self.link
    }
}

/// A record's source, by the name that it may have.
fn source(call: &Call, id: Id, name: Option<&str>) -> Value {
    let link = call.link(&format!("/inventory/managedObjects/{id}"));
    let mut source = json!({"id": id.to_string(), "self": link});
    if let Some(name) = name {
        source["name"] = name.into();
    }
    source
}
