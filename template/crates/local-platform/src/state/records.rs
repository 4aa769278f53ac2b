//! What managed objects report: alarms, events and measurements are records, kept in the order of
//! their times.

mod alarm_mapping;
pub(super) mod alarms;
pub(super) mod attachments;
pub(super) mod events;
pub(super) mod filter;
pub(super) mod latest_values;
pub(super) mod measurements;
mod new_record;
mod series;
pub(super) mod series_table;
mod uncleared;

use std::collections::{BTreeSet, HashMap};
use std::iter;
use std::ops::Bound;

use super::{Fields, Id, Time, TimeRange, now};

/// One record; `details` are what only its sort has.
#[derive(Debug)]
pub(crate) struct Record<D> {
    pub(crate) id: Id,
    /// The managed object that it is about.
    source: Id,
    pub(crate) kind: String,
    time: Time,
    pub(crate) created: Time,
    pub(crate) updated: Time,
    /// Custom fragments.
    pub(crate) fragments: Fields,
    pub(crate) details: D,
}

impl<D> Record<D> {
    fn new(id: Id, source: Id, kind: String, time: Time, details: D) -> Self {
        let now = now();
        Self {
            id,
            source,
            kind,
            time,
            created: now,
            updated: now,
            fragments: Fields::new(),
            details,
        }
    }

    pub(crate) fn source(&self) -> Id {
        self.source
    }

    pub(crate) fn time(&self) -> Time {
        self.time
    }

    fn key(&self) -> Key {
        (self.time, self.id)
    }
}

/// Records of the same time come in the order in which they were made.
type Key = (Time, Id);

/// The records of one sort in one tenant.
pub(crate) struct Records<D> {
    entries: HashMap<Id, Record<D>>,
    by_time: BTreeSet<Key>,
    by_source: HashMap<Id, BTreeSet<Key>>,
}

impl<D> Default for Records<D> {
    fn default() -> Self {
        Self {
            entries: HashMap::new(),
            by_time: BTreeSet::new(),
            by_source: HashMap::new(),
        }
    }
}

impl<D> Records<D> {
    fn find(&self, id: Id) -> Option<&Record<D>> {
        self.entries.get(&id)
    }

    fn find_mut(&mut self, id: Id) -> Option<&mut Record<D>> {
        self.entries.get_mut(&id)
    }

    fn insert(&mut self, record: Record<D>) -> &Record<D> {
        self.index(record.source, record.key());
        self.entries
            .entry(record.id)
            .insert_entry(record)
            .into_mut()
    }

    fn remove(&mut self, id: Id) -> Option<Record<D>> {
        let record = self.entries.remove(&id)?;
        self.unindex(record.source, &record.key());
        Some(record)
    }

    /// Removes all records of a managed object.
    fn forget(&mut self, source: Id) {
        for key in self.by_source.remove(&source).into_iter().flatten() {
            self.by_time.remove(&key);
            self.entries.remove(&key.1);
        }
    }

    /// Gives a record another time.
    fn set_time(&mut self, id: Id, time: Time) {
        if let Some(record) = self.entries.get_mut(&id) {
            let (source, old) = (record.source, record.key());
            record.time = time;
            self.unindex(source, &old);
            self.index(source, (time, id));
        }
    }

    fn index(&mut self, source: Id, key: Key) {
        self.by_time.insert(key);
        self.by_source.entry(source).or_default().insert(key);
    }

    fn unindex(&mut self, source: Id, key: &Key) {
        self.by_time.remove(key);
        if let Some(keys) = self.by_source.get_mut(&source) {
            keys.remove(key);
            if keys.is_empty() {
                self.by_source.remove(&source);
            }
        }
    }

    /// The records of these sources, or all, with a time in the range. Only those that are taken
    /// from the iterator are looked at.
    fn walk(
        &self,
        sources: Option<&BTreeSet<Id>>,
        times: TimeRange,
        order: Order,
    ) -> impl Iterator<Item = &Record<D>> + use<'_, D> {
        let keys = match sources {
            None => ordered(&self.by_time, times, order),
            Some(sources) => {
                let parts = sources.iter().filter_map(|id| self.by_source.get(id));
                merged(parts.map(|keys| ordered(keys, times, order)), order)
            }
        };
        keys.filter_map(|(_, id)| self.entries.get(id))
    }
}

/// In which order records are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

impl Order {
    pub(crate) fn reversed(self) -> Self {
        match self {
            Self::NewestFirst => Self::OldestFirst,
            Self::OldestFirst => Self::NewestFirst,
        }
    }
}

type Keys<'a> = Box<dyn Iterator<Item = &'a Key> + 'a>;

fn ordered(keys: &BTreeSet<Key>, times: TimeRange, order: Order) -> Keys<'_> {
    if times.ends_before_it_begins() {
        return Box::new(iter::empty());
    }
    let from = times
        .from
        .map_or(Bound::Unbounded, |from| Bound::Included((from, Id::MIN)));
    let to = times
        .to
        .map_or(Bound::Unbounded, |to| Bound::Excluded((to, Id::MIN)));
    let keys = keys.range((from, to));
    match order {
        Order::OldestFirst => Box::new(keys),
        Order::NewestFirst => Box::new(keys.rev()),
    }
}

/// One order out of several.
fn merged<'a>(parts: impl Iterator<Item = Keys<'a>>, order: Order) -> Keys<'a> {
    let mut parts: Vec<_> = parts.map(Iterator::peekable).collect();
    if parts.len() == 1 {
        return Box::new(parts.remove(0));
    }
    Box::new(iter::from_fn(move || {
        let heads = parts.iter_mut().enumerate();
        let heads = heads.filter_map(|(part, keys)| Some((*keys.peek()?, part)));
        let (_, part) = match order {
            Order::OldestFirst => heads.min(),
            Order::NewestFirst => heads.max(),
        }?;
        parts[part].next()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::parse_time;

    fn time(day: u32) -> Time {
        parse_time("time", &format!("2026-01-{day:02}")).expect("a time")
    }

    /// Records 1 to 6 of the days 1 to 6, of the sources 10, 20, 30 in turn.
    fn records() -> Records<()> {
        let mut records = Records::default();
        for (day, source) in (1..).zip([10, 20, 30, 10, 20, 30]) {
            let kind = "a".to_owned();
            records.insert(Record::new(day.into(), source, kind, time(day), ()));
        }
        records
    }

    fn ids(records: &Records<()>, sources: &[Id], times: TimeRange, order: Order) -> Vec<Id> {
        let sources: BTreeSet<Id> = sources.iter().copied().collect();
        let sources = (!sources.is_empty()).then_some(&sources);
        let records = records.walk(sources, times, order);
        records.map(|record| record.id).collect()
    }

    #[test]
    fn records_of_one_of_several_and_of_all_sources_come_in_the_order_of_their_times() {
        let records = records();
        let all = TimeRange::default();
        for (sources, oldest_first) in [
            ([].as_slice(), vec![1, 2, 3, 4, 5, 6]),
            (&[20], vec![2, 5]),
            (&[30, 10, 99], vec![1, 3, 4, 6]),
            (&[99], vec![]),
        ] {
            assert_eq!(
                ids(&records, sources, all, Order::OldestFirst),
                oldest_first
            );
            let mut newest_first = oldest_first;
            newest_first.reverse();
            assert_eq!(
                ids(&records, sources, all, Order::NewestFirst),
                newest_first
            );
        }
    }

    #[test]
    fn a_range_of_times_ends_before_its_end_and_may_be_empty() {
        let records = records();
        for (from, to, expected) in [(2, 5, vec![2, 3, 4]), (3, 3, vec![]), (5, 2, vec![])] {
            let times = TimeRange {
                from: Some(time(from)),
                to: Some(time(to)),
            };
            assert_eq!(ids(&records, &[], times, Order::OldestFirst), expected);
        }
    }

    #[test]
    fn a_record_is_found_where_its_new_time_puts_it_and_not_at_all_once_it_is_gone() {
        let mut records = records();
        let all = TimeRange::default();
        records.set_time(1, time(20));
        assert_eq!(ids(&records, &[10], all, Order::OldestFirst), [4, 1]);
        records.remove(4);
        records.forget(20);
        assert_eq!(ids(&records, &[], all, Order::OldestFirst), [3, 6, 1]);
        assert!(records.find(2).is_none());
    }
}
