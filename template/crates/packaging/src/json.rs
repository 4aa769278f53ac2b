//! Reads JSON in which every key is there once: of two, most readers would silently take the last.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::{Findings, Severity};

/// Its errors tell line and column.
pub(crate) fn read(json: &str) -> serde_json::Result<Value> {
    if json.starts_with('\u{feff}') {
        let problem = "it begins with a byte order mark at line 1 column 1";
        return Err(serde_json::Error::custom(problem));
    }
    serde_json::from_str(json).map(|Unique(value)| value)
}

impl Findings {
    pub(crate) fn no_json(error: &serde_json::Error) -> Self {
        let mut findings = Self::default();
        let problem = if error.is_eof() {
            format!("ends too early: {error}")
        } else {
            format!("is not the JSON of a manifest: {error}")
        };
        let allowed = "one JSON object in UTF-8, each of its keys once";
        findings.add(Severity::Error, "$", problem, allowed);
        findings
    }
}

struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Self)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if fields.contains_key(&key) {
                return Err(Error::custom(format!("the key {key:?} is there twice")));
            }
            let Unique(value) = access.next_value()?;
            fields.insert(key, value);
        }
        Ok(Value::Object(fields))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Unique(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
}
