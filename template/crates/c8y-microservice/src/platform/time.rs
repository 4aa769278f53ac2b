//! Times as the platform writes them: ISO 8601 with milliseconds and offset.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use serde::Serializer;

pub(crate) fn text(time: DateTime<FixedOffset>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(super) fn serialize<S: Serializer>(
    time: &DateTime<FixedOffset>,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.serialize_str(&text(*time))
}
