//! The time at the beginning of a line.

use std::cell::RefCell;
use std::fmt::{self, Write};

use chrono::{DateTime, Utc};

use crate::clock::{self, Zone};

thread_local! {
    static LAST: RefCell<Second> = RefCell::default();
}

/// A second as it is written. Many lines are of the same one.
#[derive(Default)]
struct Second {
    of: Option<(i64, Zone)>,
    time: String,
    offset: String,
}

/// Writes the time in the zone of the service, with milliseconds and offset.
pub(super) fn write_now(to: &mut impl Write) -> fmt::Result {
    LAST.with_borrow_mut(|second| second.write(&Utc::now(), clock::zone(), to))
}

impl Second {
    fn write(&mut self, instant: &DateTime<Utc>, zone: &Zone, to: &mut impl Write) -> fmt::Result {
        let timestamp = instant.timestamp();
        let is_of = |(second, of): &(i64, Zone)| *second == timestamp && of == zone;
        if !self.of.as_ref().is_some_and(is_of) {
            let local = clock::at(instant, zone);
            self.time = local.format("%Y-%m-%dT%H:%M:%S").to_string();
            self.offset = local.format("%:z").to_string();
            self.of = Some((timestamp, zone.clone()));
        }
        // A leap second has more than a thousand.
        let ms = instant.timestamp_subsec_millis().min(999);
        to.write_str(&self.time)?;
        write!(to, ".{ms:03}")?;
        to.write_str(&self.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_milliseconds_and_the_offset_that_the_zone_has_then() {
        let mut second = Second::default();
        let mut written = |instant: &str, zone: &str| {
            let mut text = String::new();
            let instant: DateTime<Utc> = instant.parse().unwrap();
            let zone = zone.parse().unwrap();
            second.write(&instant, &zone, &mut text).unwrap();
            text
        };
        for (instant, zone, expected) in [
            (
                "2026-03-29T00:59:59.999Z",
                "Europe/Warsaw",
                "2026-03-29T01:59:59.999+01:00",
            ),
            (
                "2026-03-29T01:00:00.0019Z",
                "Europe/Warsaw",
                "2026-03-29T03:00:00.001+02:00",
            ),
            (
                "2026-03-29T01:00:00.05Z",
                "Europe/Warsaw",
                "2026-03-29T03:00:00.050+02:00",
            ),
            (
                "2026-03-29T01:00:00.05Z",
                "UTC",
                "2026-03-29T01:00:00.050+00:00",
            ),
            (
                "1969-12-31T23:59:59.5Z",
                "America/St_Johns",
                "1969-12-31T20:29:59.500-03:30",
            ),
        ] {
            assert_eq!(written(instant, zone), expected);
        }
    }
}
