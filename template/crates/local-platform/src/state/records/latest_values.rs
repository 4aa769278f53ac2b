//! What a managed object has measured last, series by series.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Order;
use super::series::series_of;
use crate::state::{Fields, Id, Tenant, Time, TimeRange, format_time};

/// Values by fragment and series, each as it was measured and with its time.
#[derive(Debug, Default)]
pub(crate) struct LatestValues {
    /// The latest of each series.
    pub(crate) latest: Fields,
    /// The one before that, of the series that have one.
    pub(crate) previous: Fields,
}

impl LatestValues {
    /// Takes a value over; later ones come first.
    fn take(&mut self, fragment: &str, series: &str, value: &Value, time: Time) {
        for values in [&mut self.latest, &mut self.previous] {
            let values = values.entry(fragment).or_insert_with(|| Map::new().into());
            if values.get(series).is_none() {
                values[series] = value.clone();
                values[series]["time"] = format_time(time).into();
                return;
            }
        }
    }
}

impl Tenant {
    pub(crate) fn latest_values(&self, object: Id) -> LatestValues {
        let mut values = LatestValues::default();
        let object = BTreeSet::from([object]);
        let times = TimeRange::default();
        for measurement in self
            .measurements
            .walk(Some(&object), times, Order::NewestFirst)
        {
            let fragments = &measurement.fragments;
            for series in series_of(fragments) {
                let value = &fragments[series.fragment][series.name];
                values.take(series.fragment, series.name, value, measurement.time());
            }
        }
        values
    }
}
