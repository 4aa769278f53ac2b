//! What a single value may be: checked here, said in words, and as JSON Schema.

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::Severity;
use crate::forms::{self, API_VERSION, Form};

/// What a value may be.
pub(crate) enum Allowed {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number.
    Whole(RangeInclusive<u64>),
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text(&'static Form),
    /// The manifest's format: a text, or a number that is written as such.
    ApiVersion,
}

impl Allowed {
    /// Whether a value is allowed.
    pub(crate) fn fits(&self, value: &Value) -> bool {
        match self {
            Self::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Self::Whole(range) => value.as_u64().is_some_and(|number| range.contains(&number)),
            Self::Boolean => value.is_boolean(),
            Self::Text(form) => value.as_str().is_some_and(form.fits),
            Self::ApiVersion => api_version(value).is_some(),
        }
    }

    /// What is allowed, for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::OneOf(words) => words.join(", "),
            Self::Whole(range) if *range.end() == u64::MAX => {
                format!("a whole number, at least {}", range.start())
            }
            Self::Whole(range) => {
                format!("a whole number from {} to {}", range.start(), range.end())
            }
            Self::Boolean => "true, false".to_owned(),
            Self::Text(form) => form.words.to_owned(),
            Self::ApiVersion => API_VERSION.words.to_owned(),
        }
    }

    /// How bad any other value is.
    pub(crate) fn severity(&self) -> Severity {
        match self {
            // The platform takes what it does not understand for its oldest version.
            Self::ApiVersion => Severity::Warning,
            _ => Severity::Error,
        }
    }

    #[cfg(feature = "tool")]
    pub(crate) fn schema(&self) -> Value {
        use serde_json::json;
        match self {
            Self::OneOf(words) => json!({"type": "string", "enum": words}),
            Self::Whole(range) if *range.end() == u64::MAX => {
                json!({"type": "integer", "minimum": range.start()})
            }
            Self::Whole(range) => {
                json!({"type": "integer", "minimum": range.start(), "maximum": range.end()})
            }
            Self::Boolean => json!({"type": "boolean"}),
            Self::Text(form) => form.schema(),
            Self::ApiVersion => {
                let mut schema = API_VERSION.schema();
                schema["type"] = json!(["string", "integer"]);
                schema["minimum"] = json!(1);
                schema
            }
        }
    }
}

/// The number of the manifest's format, where the platform understands it.
pub(crate) fn api_version(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => forms::api_version(text),
        Value::Number(number) => number.as_u64().filter(|number| *number > 0),
        _ => None,
    }
}
