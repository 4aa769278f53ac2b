//! Values as the texts that tenant options are.

use serde::de::value::{BorrowedStrDeserializer, Error};
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::Value;

/// Reads a text as whatever type is wanted. Why it cannot be read is not told: that could repeat the
/// text.
pub(super) fn parse<T: DeserializeOwned>(text: &str) -> Option<T> {
    T::deserialize(Text(text)).ok()
}

/// The text of a value; `None` for what has none.
pub(super) fn write<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    match serde_json::to_value(value).ok()? {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// A text that is taken as it is by types that are made from texts, and for JSON by all others.
struct Text<'a>(&'a str);

impl<'a> Text<'a> {
    fn json(&self) -> serde_json::Deserializer<serde_json::de::StrRead<'a>> {
        serde_json::Deserializer::from_str(self.0)
    }

    fn is_json(&self) -> bool {
        serde_json::from_str::<IgnoredAny>(self.0).is_ok()
    }
}

/// What was wrong, without serde's own words, which quote values.
fn refused<E>(_: E) -> Error {
    serde::de::Error::custom("another type")
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_json() {
            self.json().deserialize_any(visitor).map_err(refused)
        } else {
            visitor.visit_borrowed_str(self.0)
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A variant's name, or JSON for one with fields.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if variants.contains(&self.0) || !self.is_json() {
            let variant = BorrowedStrDeserializer::new(self.0);
            return variant.deserialize_enum(name, variants, visitor);
        }
        let mut json = self.json();
        let value = json.deserialize_enum(name, variants, visitor);
        value.map_err(refused)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TenantId;
    use crate::platform::Severity;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Limits {
        warning: f64,
        names: Vec<String>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Mode {
        Off,
        Every(u32),
    }

    #[test]
    fn a_text_is_taken_as_it_is() {
        for text in ["", "abc", "5", "true", "null", " a ", r#""quoted""#, "{}"] {
            assert_eq!(parse(text), Some(text.to_owned()));
            assert_eq!(parse(text), Some(TenantId::from(text)));
            assert_eq!(parse(text), Some(Some(text.to_owned())));
        }
        assert_eq!(parse("x"), Some('x'));
        assert_eq!(parse("MAJOR"), Some(Severity::Major));
        let at: chrono::DateTime<chrono::Utc> = parse("2026-01-02T03:04:05Z").unwrap();
        assert_eq!(at.timestamp(), 1_767_323_045);
    }

    #[test]
    fn anything_else_is_json() {
        assert_eq!(parse("5"), Some(5_u8));
        assert_eq!(parse(" -5 "), Some(-5_i64));
        assert_eq!(parse("5"), Some(5.0_f64));
        assert_eq!(parse("true"), Some(true));
        assert_eq!(parse("[1, 2]"), Some(vec![1, 2]));
        let limits = Limits {
            warning: 70.5,
            names: vec!["a".to_owned()],
        };
        let text = r#"{"warning": 70.5, "names": ["a"]}"#;
        assert_eq!(parse(text), Some(limits));
        assert_eq!(parse("Off"), Some(Mode::Off));
        assert_eq!(parse(r#"{"Every": 5}"#), Some(Mode::Every(5)));
        assert_eq!(parse("abc"), Some(Value::from("abc")));
        assert_eq!(parse("[1]"), Some(serde_json::json!([1])));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in ["", "abc", "256", "-1", "1.5", "5 5", r#""5""#, "null"] {
            assert_eq!(parse::<u8>(text), None, "{text}");
        }
        for text in ["", "yes", "1", "True", "true false"] {
            assert_eq!(parse::<bool>(text), None, "{text}");
        }
        for text in ["", "Never", "Every", "{}", r#"{"Every": "x"}"#, "5"] {
            assert_eq!(parse::<Mode>(text), None, "{text}");
        }
        for text in ["", "[]x", r#"{"warning": 1}"#, "{} {}"] {
            assert_eq!(parse::<Limits>(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(write("a text").as_deref(), Some("a text"));
        assert_eq!(write(r#""quoted""#).as_deref(), Some(r#""quoted""#));
        assert_eq!(write(&5).as_deref(), Some("5"));
        assert_eq!(write(&true).as_deref(), Some("true"));
        assert_eq!(write(&Severity::Major).as_deref(), Some("MAJOR"));
        assert_eq!(write(&Mode::Every(5)).as_deref(), Some(r#"{"Every":5}"#));
        assert_eq!(write(&None::<u8>), None);
        assert_eq!(write(&f64::NAN), None);
    }
}
