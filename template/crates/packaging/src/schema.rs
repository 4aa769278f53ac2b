//! The manifest as JSON Schema, for editors: names, descriptions and defaults are those of the types,
//! what a field may hold is the validator's.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::Manifest;
use crate::fields::MANIFEST;
use crate::shape::{Field, Kind, Shape};

/// JSON Schema of the manifest. It says of each field what the validator says, and nothing about several
/// fields at once, about unknown fields and about what could be better. (One number differs: `1.0` is
/// whole for JSON Schema.)
#[must_use]
pub fn manifest_schema() -> Value {
    let types = types();
    let mut schema = object(&MANIFEST, &types);
    schema["$schema"] = types["$schema"].clone();
    schema["title"] = "Manifest of a Cumulocity microservice".into();
    schema
}

/// What the types say, all in one piece.
fn types() -> Value {
    let settings = SchemaSettings::draft07().with(|it| it.inline_subschemas = true);
    let generator = settings.into_generator();
    generator.into_root_schema_for::<Manifest>().to_value()
}

/// `types` is what the types say about the same object.
fn object(shape: &Shape, types: &Value) -> Value {
    let properties = properties(types);
    let described = shape.fields.iter().map(|it| {
        let types = properties.and_then(|all| all.get(it.name));
        (it.name.to_owned(), field(it, types.unwrap_or(&Value::Null)))
    });
    let required = shape.fields.iter().filter(|field| field.is_required);
    let required: Vec<_> = required.map(|field| field.name).collect();
    let mut schema = json!({
        "type": "object",
        "properties": described.collect::<Map<_, _>>(),
    });
    if !required.is_empty() {
        schema["required"] = required.into();
    }
    if !shape.exactly_one.is_empty() {
        schema["oneOf"] = shape.exactly_one.iter().map(|name| present(name)).collect();
    }
    schema
}

fn present(name: &str) -> Value {
    json!({"type": "object", "required": [name], "properties": {name: {"type": "object"}}})
}

fn field(field: &Field, types: &Value) -> Value {
    let mut schema = kind(&field.kind, types);
    if !field.is_required {
        allow_null(&mut schema);
    }
    for about in ["description", "default"] {
        if let Some(text) = types.get(about) {
            schema[about] = text.clone();
        }
    }
    schema
}

fn kind(kind: &Kind, types: &Value) -> Value {
    match kind {
        Kind::One(allowed) => allowed.schema(),
        Kind::List(allowed) => json!({"type": "array", "items": allowed.schema()}),
        Kind::NonEmpty(allowed) => {
            json!({"type": "array", "items": allowed.schema(), "minItems": 1})
        }
        Kind::Object(shape) => object(shape, types),
        Kind::Objects(shape) => json!({"type": "array", "items": object(shape, &types["items"])}),
        Kind::Either(allowed, shape) => json!({"anyOf": [allowed.schema(), object(shape, types)]}),
    }
}

/// A field that is `null` counts as absent.
fn allow_null(schema: &mut Value) {
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.push(Value::Null);
    }
    if let Some(choices) = schema.get_mut("oneOf").and_then(Value::as_array_mut) {
        choices.push(json!({"type": "null"}));
    }
    schema["type"] = json!([schema["type"], "null"]);
}

/// The properties of an object, also of one that is only one of several choices.
fn properties(types: &Value) -> Option<&Map<String, Value>> {
    let choices = types["anyOf"].as_array().into_iter().flatten();
    let mut all = std::iter::once(types).chain(choices);
    all.find_map(|it| it["properties"].as_object())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allowed::Allowed;

    /// The types hold what the tables describe, and no more.
    fn compare(at: &str, shape: &Shape, types: &Value) {
        let described: Vec<_> = sorted(shape.fields.iter().map(|field| field.name));
        let all = properties(types).unwrap_or_else(|| panic!("{at} is no object: {types}"));
        assert_eq!(described, sorted(all.keys().map(String::as_str)), "{at}");
        for field in shape.fields {
            let (at, types) = (format!("{at}.{}", field.name), &all[field.name]);
            assert!(types["description"].is_string(), "{at}: {types}");
            match &field.kind {
                Kind::Object(shape) | Kind::Either(_, shape) => compare(&at, shape, types),
                Kind::Objects(shape) => compare(&at, shape, &types["items"]),
                Kind::One(Allowed::OneOf(words)) => assert_words(&at, words, types),
                Kind::One(_) | Kind::List(_) | Kind::NonEmpty(_) => {}
            }
        }
    }

    fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        names
    }

    fn assert_words(at: &str, words: &[&str], types: &Value) {
        let variants = types.to_string().matches("\"const\"").count();
        assert_eq!(variants, words.len(), "{at}: {types}");
        for word in words {
            let variant = format!("\"const\":\"{word}\"");
            assert!(types.to_string().contains(&variant), "{at}: {types}");
        }
    }

    #[test]
    fn the_types_have_the_fields_and_words_of_the_tables_and_no_others() {
        compare("$", &MANIFEST, &types());
    }
}
