//! Times: read generously, written as the platform writes them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, SecondsFormat, Utc};

use crate::refusal::Refusal;

/// A point in time with the offset it was given with.
pub(crate) type Time = DateTime<FixedOffset>;

pub(crate) fn now() -> Time {
    Utc::now().fixed_offset()
}

/// ISO 8601 with offset and milliseconds.
pub(crate) fn format(time: Time) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The years that ISO 8601 writes with four digits. Nothing that is calculated from such a time
/// leaves what [`Time`] can hold.
const YEARS: std::ops::RangeInclusive<i32> = 0..=9999;

/// A time with its offset, or a date. A `+` that arrives as a space was not encoded in a query: it
/// is forgiven.
pub(crate) fn parse(name: &str, text: &str) -> Result<Time, Refusal> {
    let text = text.trim();
    let with_plus = text.replacen(' ', "+", 1);
    [text, &with_plus]
        .iter()
        .find_map(|text| with_offset(text))
        .or_else(|| date(text))
        .filter(|time| YEARS.contains(&time.year()))
        .ok_or_else(|| Refusal::invalid(format!("{name} is not a time in ISO 8601: {text}")))
}

fn with_offset(text: &str) -> Option<Time> {
    let formats = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z"];
    let parsed = DateTime::parse_from_rfc3339(text).ok();
    parsed.or_else(|| {
        formats
            .iter()
            .find_map(|form| DateTime::parse_from_str(text, form).ok())
    })
}

fn date(text: &str) -> Option<Time> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(date.and_time(NaiveTime::MIN).and_utc().fixed_offset())
}

/// From a time on, up to another one that is no longer part of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TimeRange {
    pub(crate) from: Option<Time>,
    pub(crate) to: Option<Time>,
}

impl TimeRange {
    /// Whether nothing can be in it. A range from a time to the same time is empty as well, and
    /// harmless.
    pub(crate) fn ends_before_it_begins(&self) -> bool {
        self.from.zip(self.to).is_some_and(|(from, to)| to < from)
    }

    pub(crate) fn is_bounded(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    pub(crate) fn contains(&self, time: Time) -> bool {
        self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_keeps_its_offset_and_gets_milliseconds() {
        for (given, written) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
            (
                "2026-01-02T03:04:05.678901+02:00",
                "2026-01-02T03:04:05.678+02:00",
            ),
            ("2026-01-02T03:04:05 02:00", "2026-01-02T03:04:05.000+02:00"),
            (
                "2026-01-02T03:04:05.1+0200",
                "2026-01-02T03:04:05.100+02:00",
            ),
            ("2026-01-02", "2026-01-02T00:00:00.000Z"),
        ] {
            assert_eq!(
                parse("time", given).map(format),
                Ok(written.to_owned()),
                "{given}"
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused_by_its_name() {
        for text in ["yesterday", "+262142-12-31T23:59:59+0000", "-0001-01-01"] {
            let refusal = parse("dateFrom", text).expect_err("no time");
            assert!(refusal.message.contains("dateFrom"), "{refusal}");
        }
    }

    #[test]
    fn a_range_ends_before_its_end() {
        let time = |text| parse("time", text).expect("a time");
        let range = TimeRange {
            from: Some(time("2026-01-01")),
            to: Some(time("2026-01-02")),
        };
        assert!(range.contains(time("2026-01-01")));
        assert!(!range.contains(time("2026-01-02")));
    }
}
