//! The time of day, for what the service dates itself.

use chrono::{DateTime, FixedOffset, Utc};

/// Now.
pub fn now() -> DateTime<FixedOffset> {
    Utc::now().fixed_offset()
}
