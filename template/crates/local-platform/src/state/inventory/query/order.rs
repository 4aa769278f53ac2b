//! The order that a query asks for.

use std::cmp::Ordering;

use super::property::{Found, Property};
use crate::state::{Id, ManagedObject, Time};

/// One of the properties by which objects are sorted.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) property: Property,
    pub(super) descending: bool,
}

/// What an object is sorted by. Values of different kinds stand in the order of the kinds.
#[derive(PartialEq, PartialOrd)]
enum Key {
    Absent,
    Number(f64),
    Id(Id),
    Text(String),
    Fragment,
    Bool(bool),
    Time(Time),
}

impl Key {
    fn of(object: &ManagedObject, property: &Property) -> Self {
        let mut key = Self::Absent;
        property.any(object, |found| {
            key = match found {
                Found::Id(id) => Self::Id(id),
                Found::Text(text) => Self::Text(text.to_owned()),
                Found::Number(number) => Self::Number(number),
                Found::Bool(value) => Self::Bool(value),
                Found::Time(time) => Self::Time(time),
                Found::Fragment => Self::Fragment,
            };
            true
        });
        key
    }
}

pub(super) fn sort(objects: &mut [&ManagedObject], orders: &[Order]) {
    objects.sort_by_cached_key(|object| {
        let keys = orders.iter().map(|order| Directed {
            key: Key::of(object, &order.property),
            descending: order.descending,
        });
        keys.collect::<Vec<_>>()
    });
}

/// A key with the direction in which it counts.
struct Directed {
    key: Key,
    descending: bool,
}

impl Ord for Directed {
    fn cmp(&self, other: &Self) -> Ordering {
        // Numbers in JSON are never NaN, so that all keys compare.
        let order = self.key.partial_cmp(&other.key).unwrap_or(Ordering::Equal);
        if self.descending {
            order.reverse()
        } else {
            order
        }
    }
}

impl PartialOrd for Directed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Directed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Directed {}
