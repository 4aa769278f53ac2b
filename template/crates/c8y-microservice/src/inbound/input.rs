//! Forms of values that callers send, for `#[serde(deserialize_with = "…")]` on the properties of a
//! [`Body`](crate::Body).
//!
//! ```
//! use c8y_microservice::input;
//! use chrono::{DateTime, FixedOffset};
//!
//! #[derive(serde::Deserialize)]
//! struct Reminder {
//!     #[serde(deserialize_with = "input::not_blank")]
//!     text: String,
//!     #[serde(deserialize_with = "input::time")]
//!     at: DateTime<FixedOffset>,
//! }
//!
//! let blank = r#"{ "text": " ", "at": "2026-01-31T12:00:00Z" }"#;
//! let error = serde_json::from_str::<Reminder>(blank).err().unwrap();
//! assert!(error.to_string().starts_with("must not be empty"));
//! ```

use chrono::{DateTime, FixedOffset};
use serde::de::{Deserialize, Deserializer, Error};

/// A text with something in it beside white space.
pub fn not_blank<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Err(Error::custom("must not be empty"));
    }
    Ok(text)
}

/// An ISO 8601 time with its offset, such as `2026-01-31T12:00:00+01:00`.
pub fn time<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<FixedOffset>, D::Error> {
    let text = String::deserialize(from)?;
    DateTime::parse_from_rfc3339(&text).map_err(|_| {
        let allowed = "must be an ISO 8601 time with an offset, such as 2026-01-31T12:00:00Z";
        Error::custom(allowed)
    })
}
