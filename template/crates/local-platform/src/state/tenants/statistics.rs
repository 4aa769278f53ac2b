//! Statistics of a tenant: what was counted on which days, and what there is now.

use chrono::{DateTime, Days as CalendarDays, NaiveDate, NaiveTime, Utc};
use packaging::Isolation;

use super::usage::Counts;
use crate::state::{Application, Fields, Platform, Relation, Tenant, Time, TimeRange};

/// Days from one on, up to another one that is no longer part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Days {
    /// The days that a range of time touches.
    pub(crate) fn of(range: TimeRange) -> Self {
        let day = |time: Time| time.to_utc().date_naive();
        let end = |time: Time| {
            let day = day(time);
            let begun = time.to_utc().time() > NaiveTime::MIN;
            day + CalendarDays::new(u64::from(begun))
        };
        Self {
            from: range.from.map(day),
            to: range.to.map(end),
        }
    }

    fn contains(self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
    }
}

/// How many devices a tenant has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Devices {
    pub(crate) all: usize,
    /// Those that have child devices.
    pub(crate) with_children: usize,
}

/// The statistics of a tenant.
#[derive(Debug)]
pub(crate) struct Statistics {
    /// The day, or the first of several.
    pub(crate) day: Time,
    pub(crate) counts: Counts,
    pub(crate) devices: Devices,
    /// In bytes, roughly: as long as the tenant's objects are as JSON.
    pub(crate) storage: usize,
    /// Names of the applications that the tenant is subscribed to.
    pub(crate) applications: Vec<String>,
    /// Microservices whose resources are the tenant's, and why.
    pub(crate) resources: Vec<(String, &'static str)>,
}

impl Platform {
    /// The sum over several days.
    pub(crate) fn statistics(&self, tenant: &Tenant, days: Days) -> Statistics {
        let mut counts = Counts::new();
        let mut first = None;
        for (day, counted) in tenant.usage.days().filter(|(day, _)| days.contains(*day)) {
            first = first.or(Some(day));
            for (what, number) in counted {
                *counts.entry(*what).or_default() += number;
            }
        }
        let first = days.from.or(first);
        let first = first.unwrap_or_else(|| Utc::now().date_naive());
        self.on(tenant, first, counts)
    }

    /// Those days on which there was something to count.
    pub(crate) fn daily_statistics(&self, tenant: &Tenant, days: Days) -> Vec<Statistics> {
        let counted = tenant.usage.days().filter(|(day, _)| days.contains(*day));
        counted
            .map(|(day, counts)| self.on(tenant, day, counts.clone()))
            .collect()
    }

    fn on(&self, tenant: &Tenant, day: NaiveDate, counts: Counts) -> Statistics {
        let subscribed = tenant.subscriptions.iter();
        let subscribed = subscribed.filter_map(|id| self.application(*id).ok());
        let subscribed: Vec<&Application> = subscribed.collect();
        Statistics {
            day: DateTime::fixed_offset(&day.and_time(NaiveTime::MIN).and_utc()),
            counts,
            devices: devices(tenant),
            storage: tenant.inventory.all().map(|it| size(&it.fields)).sum(),
            applications: subscribed.iter().map(|it| it.name().to_owned()).collect(),
            resources: subscribed
                .iter()
                .filter_map(|it| Some((it.name().to_owned(), charged(tenant, it)?)))
                .collect(),
        }
    }
}

/// Why the resources of a microservice are a tenant's: it has the instances that all tenants share,
/// or it is subscribed and has one of its own.
fn charged(tenant: &Tenant, application: &Application) -> Option<&'static str> {
    let isolation = application.manifest("isolation")?.as_str()?;
    if isolation == Isolation::PerTenant.as_str() {
        Some("Subscription")
    } else {
        (application.owner == tenant.id).then_some("Owner")
    }
}

fn devices(tenant: &Tenant) -> Devices {
    let inventory = &tenant.inventory;
    let has_children = |id| {
        let mut children = inventory.children.below(id, Relation::Device);
        usize::from(children.next().is_some())
    };
    let all = inventory.all().filter(|it| it.is_device());
    all.fold(Devices::default(), |counted, device| Devices {
        all: counted.all + 1,
        with_children: counted.with_children + has_children(device.id),
    })
}

fn size(fields: &Fields) -> usize {
    serde_json::to_string(fields).map_or(0, |json| json.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::parse_time;

    fn days(from: &str, to: &str) -> Days {
        let time = |text| Some(parse_time("date", text).expect("a time"));
        Days::of(TimeRange {
            from: time(from),
            to: time(to),
        })
    }

    fn day(number: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 5, number).expect("a day")
    }

    #[test]
    fn the_last_date_is_no_longer_part_of_the_days() {
        let days = days("2026-05-02", "2026-05-04");
        let inside: Vec<u32> = (1..6).filter(|it| days.contains(day(*it))).collect();
        assert_eq!(inside, [2, 3]);
    }

    #[test]
    fn a_day_that_has_begun_is_part_of_them() {
        let days = days("2026-05-02T12:00:00Z", "2026-05-04T00:00:01Z");
        let inside: Vec<u32> = (1..6).filter(|it| days.contains(day(*it))).collect();
        assert_eq!(inside, [2, 3, 4]);
    }
}
