//! JSON objects as clients send them: custom fragments beside the platform's own fields.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// The fields of a JSON object.
pub(crate) type Fields = Map<String, Value>;

/// Drops the fields that only the platform sets.
pub(crate) fn without(mut fields: Fields, read_only: &[&str]) -> Fields {
    fields.retain(|name, _| !read_only.contains(&name.as_str()));
    fields
}

/// What a create keeps: a field that is `null` counts as absent.
pub(crate) fn present(mut fields: Fields) -> Fields {
    fields.retain(|_, value| !value.is_null());
    fields
}

/// Takes over an update: what is given replaces, what is `null` goes.
pub(crate) fn merge(fields: &mut Fields, update: Fields) {
    for (name, value) in update {
        if value.is_null() {
            fields.remove(&name);
        } else {
            fields.insert(name, value);
        }
    }
}

/// A text field; `null` counts as absent, anything else that is no text is refused.
pub(crate) fn text<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Refusal> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Refusal::invalid(format!("{name} is not a text: {other}"))),
    }
}

/// As [`text`], and takes the field out of the object.
pub(crate) fn take_text(fields: &mut Fields, name: &str) -> Result<Option<String>, Refusal> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(Refusal::invalid(format!("{name} is not a text: {other}"))),
    }
}

/// As [`text`], for what is not to be repeated in a refusal.
pub(crate) fn secret<'a>(fields: &'a Fields, name: &str) -> Result<Option<&'a str>, Refusal> {
    text(fields, name).map_err(|_| Refusal::invalid(format!("{name} is not a text")))
}

/// Refuses an object that lacks any of these fields, and names all that it lacks.
pub(crate) fn require(fields: &Fields, mandatory: &[&str]) -> Result<(), Refusal> {
    let absent = |name: &&str| fields.get(*name).is_none_or(Value::is_null);
    let missing: Vec<&str> = mandatory.iter().copied().filter(absent).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing_fields(&missing))
    }
}

/// The platform's refusal of an object with missing fields.
pub(crate) fn missing_fields(names: &[&str]) -> Refusal {
    let names = names.join(",");
    Refusal::invalid(format!(
        "Following mandatory fields should be included: {names}"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn an_update_replaces_what_it_gives_and_removes_what_is_null() {
        let mut object = fields(json!({"kept": 1, "replaced": {"a": 1}, "removed": true}));
        merge(
            &mut object,
            fields(json!({"replaced": {"b": 2}, "removed": null, "added": []})),
        );
        assert_eq!(
            object,
            fields(json!({"kept": 1, "replaced": {"b": 2}, "added": []}))
        );
    }

    #[test]
    fn all_missing_fields_are_named_at_once() {
        let object = fields(json!({"text": "a", "time": null}));
        let refusal = require(&object, &["severity", "text", "time"]).expect_err("two missing");
        assert_eq!(
            refusal.message,
            "Following mandatory fields should be included: severity,time"
        );
    }
}
