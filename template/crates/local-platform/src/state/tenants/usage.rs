//! What a tenant has used: the counts behind the platform's statistics, by day.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Utc};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counted {
    Requests,
    DeviceRequests,
    AlarmsCreated,
    AlarmsUpdated,
    EventsCreated,
    EventsUpdated,
    InventoriesCreated,
    InventoriesUpdated,
    MeasurementsCreated,
}

/// The counts of one tenant on one day, or on several.
pub(crate) type Counts = BTreeMap<Counted, u64>;

/// All counts of one tenant.
#[derive(Default)]
pub(crate) struct Usage(BTreeMap<NaiveDate, Counts>);

impl Usage {
    pub(crate) fn count(&mut self, what: Counted) {
        let today = self.0.entry(Utc::now().date_naive()).or_default();
        *today.entry(what).or_default() += 1;
    }

    /// The days with counts, in their order.
    pub(crate) fn days(&self) -> impl Iterator<Item = (NaiveDate, &Counts)> {
        self.0.iter().map(|(day, counts)| (*day, counts))
    }
}
