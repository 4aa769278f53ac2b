//! What alarms, events and measurements have in common over HTTP.

use serde_json::{Map, Value, json};

use super::Call;
use super::query::Query;
use crate::refusal::Refusal;
use crate::state::{Order, Record, RecordFilter, Relation, format_time};

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

/// What all of them are filtered by. Types are as the API takes them, and so is the order without
/// `revert`.
pub(super) fn filter(
    query: &Query,
    kinds: Vec<String>,
    usual: Order,
) -> Result<RecordFilter, Refusal> {
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
pub(super) fn one_kind(query: &Query) -> Vec<String> {
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

/// What all of them show. `path` is that of the collection.
pub(super) fn view<D>(call: &Call, path: &str, record: &Record<D>) -> Map<String, Value> {
    let source = record.source();
    let source = json!({
        "id": source.to_string(),
        "self": call.link(&format!("/inventory/managedObjects/{source}")),
    });
    let mut body = record.fragments.clone();
    let link = call.link(&format!("{path}/{}", record.id));
    body.insert("self".to_owned(), link.into());
    body.insert("id".to_owned(), record.id.to_string().into());
    body.insert("source".to_owned(), source);
    body.insert("type".to_owned(), record.kind.as_str().into());
    body.insert("time".to_owned(), format_time(record.time()).into());
    body
}

/// What the platform has noted down beside what was reported.
pub(super) fn insert_history<D>(body: &mut Map<String, Value>, record: &Record<D>) {
    for (name, time) in [
        ("creationTime", record.created),
        ("lastUpdated", record.updated),
    ] {
        body.insert(name.to_owned(), format_time(time).into());
    }
}
