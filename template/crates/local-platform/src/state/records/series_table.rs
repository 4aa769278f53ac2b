//! The values of a managed object's series, side by side by their times, or by intervals.

use chrono::{DurationRound, TimeDelta};
use indexmap::IndexMap;

use super::measurements::SORT;
use super::series::{Series, series_of};
use crate::refusal::Refusal;
use crate::state::{Caller, Measurement, Order, RecordFilter, Tenant, Time, TimeRange};

/// How many rows there are at most where values are not aggregated.
const ROWS: usize = 5000;
/// How many columns there are at most: each row has a cell for each of them.
const COLUMNS: usize = 500;

/// Which series are asked for.
#[derive(Debug)]
pub(crate) struct SeriesFilter {
    pub(crate) source: String,
    pub(crate) times: TimeRange,
    /// `fragment.name`; all if there are none.
    pub(crate) series: Vec<String>,
    /// What values are aggregated by.
    pub(crate) interval: Option<TimeDelta>,
    pub(crate) order: Order,
}

impl SeriesFilter {
    fn admits(&self, series: &Series<'_>) -> bool {
        let is = |wanted: &String| {
            let rest = wanted.strip_prefix(series.fragment);
            rest.and_then(|rest| rest.strip_prefix('.')) == Some(series.name)
        };
        self.series.is_empty() || self.series.iter().any(is)
    }
}

/// The least and the greatest of the values of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Extremes {
    pub(crate) min: f64,
    pub(crate) max: f64,
}

/// Columns are series, rows are times.
#[derive(Debug, Default)]
pub(crate) struct SeriesTable {
    /// Fragment and name of each series, with its unit.
    pub(crate) series: IndexMap<(String, String), Option<String>>,
    rows: Vec<(Time, Vec<Option<Extremes>>)>,
    pub(crate) truncated: bool,
}

impl SeriesTable {
    /// Each row has a cell for every series.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (Time, Vec<Option<Extremes>>)> {
        self.rows.iter().map(|(time, cells)| {
            let mut cells = cells.clone();
            cells.resize(self.series.len(), None);
            (*time, cells)
        })
    }

    /// Takes a measurement in. Rows come in the order of their times.
    fn add(&mut self, time: Time, series: &Series<'_>) {
        let key = (series.fragment.to_owned(), series.name.to_owned());
        if self.series.len() == COLUMNS && !self.series.contains_key(&key) {
            self.truncated = true;
            return;
        }
        if self.rows.last().is_none_or(|(last, _)| *last != time) {
            self.rows.push((time, Vec::new()));
        }
        let entry = self.series.entry(key);
        let column = entry.index();
        entry.or_insert_with(|| series.unit.map(str::to_owned));
        if let Some((_, cells)) = self.rows.last_mut() {
            cells.resize(cells.len().max(column + 1), None);
            let value = series.value;
            let known = cells[column].unwrap_or(Extremes {
                min: value,
                max: value,
            });
            cells[column] = Some(Extremes {
                min: known.min.min(value),
                max: known.max.max(value),
            });
        }
    }
}

impl Tenant {
    /// The values of a managed object in a time.
    pub(crate) fn series(
        &self,
        caller: &Caller,
        filter: &SeriesFilter,
    ) -> Result<SeriesTable, Refusal> {
        let source = self.inventory.find(&filter.source);
        caller.require_or_own(&SORT.read, source.map(|source| source.owner.as_str()))?;
        let records = RecordFilter {
            source: Some(filter.source.clone()),
            occurred: filter.times,
            order: filter.order,
            ..RecordFilter::default()
        };
        let mut table = SeriesTable::default();
        for measurement in records.select(&self.inventory, &self.measurements) {
            let time = row(measurement, filter.interval);
            for series in series_of(&measurement.fragments) {
                if filter.admits(&series) {
                    table.add(time, &series);
                }
            }
            if filter.interval.is_none() && table.rows.len() > ROWS {
                table.rows.truncate(ROWS);
                table.truncated = true;
                break;
            }
        }
        Ok(table)
    }
}

/// Intervals begin in the measurement's own time zone.
fn row(measurement: &Measurement, interval: Option<TimeDelta>) -> Time {
    let time = measurement.time();
    let begin = interval.map(|interval| time.duration_trunc(interval));
    begin.and_then(Result::ok).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::now;

    #[test]
    fn a_table_has_a_bound_to_both_sides() {
        let mut table = SeriesTable::default();
        for number in 0..=COLUMNS {
            let name = number.to_string();
            let series = Series {
                fragment: "c8y_Steam",
                name: &name,
                unit: None,
                value: 1.0,
            };
            assert!(!table.truncated, "after {number} series");
            table.add(now(), &series);
        }
        assert!(table.truncated);
        assert_eq!(table.series.len(), COLUMNS);
        assert!(table.rows().all(|(_, cells)| cells.len() == COLUMNS));
    }
}
