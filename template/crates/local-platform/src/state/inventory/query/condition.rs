//! What a query asks of an object.

use std::cmp::Ordering;

use super::property::Property;
use super::value::Literal;
use crate::state::{Id, Inventory, ManagedObject, Relation};

#[derive(Debug)]
pub(super) enum Condition {
    Any(Vec<Condition>),
    All(Vec<Condition>),
    Not(Box<Condition>),
    Compare(Comparison),
    HasAny(Vec<Property>),
    /// Directly in one of these groups.
    InGroup(Vec<String>),
    /// One of these objects, or below one, at any depth.
    InHierarchy(Vec<String>),
}

#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) property: Property,
    pub(super) operator: Operator,
    pub(super) value: Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Operator {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "eq" => Some(Self::Eq),
            "ne" => Some(Self::Ne),
            "gt" => Some(Self::Gt),
            "ge" => Some(Self::Ge),
            "lt" => Some(Self::Lt),
            "le" => Some(Self::Le),
            _ => None,
        }
    }
}

impl Condition {
    pub(super) fn any(conditions: Vec<Self>) -> Self {
        one(conditions).unwrap_or_else(Self::Any)
    }

    pub(super) fn all(conditions: Vec<Self>) -> Self {
        one(conditions).unwrap_or_else(Self::All)
    }

    pub(super) fn holds(&self, inventory: &Inventory, object: &ManagedObject) -> bool {
        match self {
            Self::Any(any) => any.iter().any(|it| it.holds(inventory, object)),
            Self::All(all) => all.iter().all(|it| it.holds(inventory, object)),
            Self::Not(condition) => !condition.holds(inventory, object),
            Self::Compare(comparison) => comparison.holds(object),
            Self::HasAny(fragments) => fragments.iter().any(|it| it.is_in(object)),
            Self::InGroup(groups) => {
                let parents = inventory.children.above(object.id, Relation::Asset);
                parents
                    .map(|id| id.to_string())
                    .any(|id| groups.contains(&id))
            }
            Self::InHierarchy(roots) => {
                let is_root = |id: &Id| roots.contains(&id.to_string());
                let above = || inventory.children.ancestors(object.id, &Relation::ALL);
                is_root(&object.id) || above().iter().any(is_root)
            }
        }
    }
}

/// The only one of some conditions, or all of them back.
fn one(mut conditions: Vec<Condition>) -> Result<Condition, Vec<Condition>> {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => Ok(only),
        last => {
            conditions.extend(last);
            Err(conditions)
        }
    }
}

impl Comparison {
    fn holds(&self, object: &ManagedObject) -> bool {
        let ordered = |wanted: fn(Ordering) -> bool| {
            self.property
                .any(object, |found| self.value.order(found).is_some_and(wanted))
        };
        match self.operator {
            Operator::Eq => self.is_equal(object),
            Operator::Ne => !self.is_equal(object),
            Operator::Gt => ordered(Ordering::is_gt),
            Operator::Ge => ordered(Ordering::is_ge),
            Operator::Lt => ordered(Ordering::is_lt),
            Operator::Le => ordered(Ordering::is_le),
        }
    }

    fn is_equal(&self, object: &ManagedObject) -> bool {
        match &self.value {
            Literal::Null => !self.property.any(object, |_| true),
            value => self.property.any(object, |found| value.is(found)),
        }
    }
}
