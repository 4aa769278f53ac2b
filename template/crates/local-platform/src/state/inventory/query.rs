//! The inventory's query language: `$filter=` with a condition and `$orderby=` with an order, or a
//! condition alone.
//!
//! A parser of its own and no crate: the grammar has a dozen rules, and what a parser has to do best
//! here is to say where a query is wrong and what was expected there.

mod condition;
mod order;
mod parser;
mod property;
#[cfg(test)]
mod tests;
mod tokens;
mod value;

use super::DEVICE;
use crate::state::{Inventory, ManagedObject};
use condition::Condition;
use order::Order;
use property::Property;

/// What is wrong with a query, and where.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected} expected at character {at} of the query, not {found}")]
pub(crate) struct SyntaxError {
    expected: String,
    /// Counted from 1.
    at: usize,
    found: String,
}

/// A query as it was understood.
#[derive(Debug, Default)]
pub(crate) struct InventoryQuery {
    condition: Option<Condition>,
    orders: Vec<Order>,
}

impl InventoryQuery {
    pub(crate) fn parse(text: &str) -> Result<Self, SyntaxError> {
        parser::parse(text)
    }

    /// The same of devices alone.
    pub(crate) fn of_devices(mut self) -> Self {
        let device = Condition::HasAny(vec![Property::new(DEVICE)]);
        let conditions = [Some(device), self.condition.take()];
        self.condition = Some(Condition::all(conditions.into_iter().flatten().collect()));
        self
    }

    pub(crate) fn admits(&self, inventory: &Inventory, object: &ManagedObject) -> bool {
        let condition = self.condition.as_ref();
        condition.is_none_or(|condition| condition.holds(inventory, object))
    }

    pub(crate) fn has_order(&self) -> bool {
        !self.orders.is_empty()
    }

    /// Sorts objects; those that are alike stay as they are.
    pub(crate) fn sort(&self, objects: &mut [&ManagedObject]) {
        order::sort(objects, &self.orders);
    }
}
