//! The time, in the zone of the service.
//!
//! `TZ` names the zone, an IANA zone such as `Europe/Warsaw`; without it, the zone is UTC. It is
//! that of the [log](crate::logging), and of the times that the service writes. The platform
//! stores instants: which zone a time is written in is for those who read it.

mod zone;

use std::ffi::OsString;
use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset, TimeZone, Utc};

pub use zone::{UnknownZone, Zone, ZoneOffset};

/// The zone, read once, and what was wrong with it.
static ZONE: OnceLock<(Zone, Option<String>)> = OnceLock::new();

/// Now, with the offset that the [zone] has today.
#[must_use]
pub fn now() -> DateTime<FixedOffset> {
    at(&Utc::now(), zone())
}

/// The zone of this process: that of `TZ`. UTC where it is not set, and where it names no zone,
/// which [`logging::start`](crate::logging::start) warns of.
#[must_use]
pub fn zone() -> &'static Zone {
    &of_process().0
}

/// An instant as clocks in a zone show it, with the offset that the zone has then.
///
/// ```
/// use c8y_microservice::clock::at;
/// use chrono::{DateTime, Utc};
///
/// let instant: DateTime<Utc> = "2026-03-29T00:59:59Z".parse()?;
/// let warsaw = "Europe/Warsaw".parse()?;
/// assert_eq!(at(&instant, &warsaw).to_rfc3339(), "2026-03-29T01:59:59+01:00");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn at<Z: TimeZone>(instant: &DateTime<Z>, zone: &Zone) -> DateTime<FixedOffset> {
    instant.with_timezone(zone).fixed_offset()
}

pub(crate) fn warning() -> Option<&'static str> {
    of_process().1.as_deref()
}

fn of_process() -> &'static (Zone, Option<String>) {
    ZONE.get_or_init(|| read(std::env::var_os("TZ")))
}

/// As with all variables, empty is absent.
fn read(variable: Option<OsString>) -> (Zone, Option<String>) {
    let name = variable.unwrap_or_default();
    let name = name.to_string_lossy();
    if name.is_empty() {
        return (Zone::UTC, None);
    }
    match name.parse() {
        Ok(zone) => (zone, None),
        Err(unknown) => (Zone::UTC, Some(format!("TZ: {unknown}; using UTC"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warsaw() -> Zone {
        "Europe/Warsaw".parse().unwrap()
    }

    fn in_warsaw(instant: &str) -> String {
        let instant: DateTime<Utc> = instant.parse().unwrap();
        at(&instant, &warsaw()).to_rfc3339()
    }

    #[test]
    fn summer_time_begins_at_one_in_the_morning_of_utc() {
        let before = in_warsaw("2026-03-29T00:59:59Z");
        let after = in_warsaw("2026-03-29T01:00:00Z");
        assert_eq!(before, "2026-03-29T01:59:59+01:00");
        assert_eq!(after, "2026-03-29T03:00:00+02:00");
    }

    #[test]
    fn the_hour_that_comes_twice_when_summer_time_ends_has_two_offsets() {
        let before = in_warsaw("2026-10-25T00:30:00Z");
        let after = in_warsaw("2026-10-25T01:30:00Z");
        assert_eq!(before, "2026-10-25T02:30:00+02:00");
        assert_eq!(after, "2026-10-25T02:30:00+01:00");
    }

    #[test]
    fn the_zone_is_that_of_tz() {
        assert_eq!(read(Some("Europe/Warsaw".into())), (warsaw(), None));
    }

    #[test]
    fn without_tz_or_with_an_empty_one_it_is_utc() {
        assert_eq!(read(None), (Zone::UTC, None));
        assert_eq!(read(Some(OsString::new())), (Zone::UTC, None));
    }

    #[test]
    fn a_zone_that_does_not_exist_is_utc_with_a_warning() {
        let (zone, warning) = read(Some("Mars/Base".into()));
        assert_eq!(zone, Zone::UTC);
        assert!(warning.is_some_and(|warning| warning.contains("Mars/Base")));
    }
}
