//! What the shape of a manifest is described with. The description itself is in `fields`.

use serde_json::{Map, Value};

use crate::{Severity, allowed::Allowed};

/// The fields of an object.
pub(crate) type Fields = Map<String, Value>;

/// The shape of an object.
pub(crate) struct Shape {
    /// The fields that it may have.
    pub(crate) fields: &'static [Field],
    /// What other fields there may be.
    pub(crate) others: Others,
    /// Fields of which it has exactly one.
    pub(crate) exactly_one: &'static [&'static str],
    /// What its fields have to do with each other.
    pub(crate) relations: &'static [Relation],
}

impl Shape {
    /// An object of these fields and no rules beyond theirs.
    pub(crate) const fn of(fields: &'static [Field]) -> Self {
        Self {
            fields,
            others: Others::Known(&[]),
            exactly_one: &[],
            relations: &[],
        }
    }
}

/// Fields that an object may have beside those that are described.
pub(crate) enum Others {
    /// These, which may hold anything. All further ones are unknown.
    Known(&'static [&'static str]),
    /// Any.
    Any,
}

/// A field of an object.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) is_required: bool,
    pub(crate) kind: Kind,
}

pub(crate) const fn required(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        is_required: true,
        kind,
    }
}

pub(crate) const fn optional(name: &'static str, kind: Kind) -> Field {
    Field {
        name,
        is_required: false,
        kind,
    }
}

/// What a field holds.
pub(crate) enum Kind {
    /// A single value.
    One(Allowed),
    /// A list of values.
    List(Allowed),
    /// The same with at least one.
    NonEmpty(Allowed),
    /// An object.
    Object(&'static Shape),
    /// A list of objects.
    Objects(&'static Shape),
    /// A single value in place of an object.
    Either(Allowed, &'static Shape),
}

impl Kind {
    /// What is allowed, for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::One(allowed) | Self::Either(allowed, _) => allowed.words(),
            Self::List(_) | Self::Objects(_) => "a list".to_owned(),
            Self::NonEmpty(_) => "a list, not empty".to_owned(),
            Self::Object(_) => "an object".to_owned(),
        }
    }
}

/// A rule about more than one value.
pub(crate) struct Relation {
    pub(crate) severity: Severity,
    /// Where it finds something, below the object: `settings[].key`.
    pub(crate) path: &'static str,
    /// What is allowed, or better.
    pub(crate) allowed: &'static str,
    /// Finds in an object what the rule is against. Values may be of any kind: what is wrong with
    /// them alone is found elsewhere.
    pub(crate) find: fn(&Fields) -> Vec<Breach>,
}

/// What a relation is against.
pub(crate) struct Breach {
    /// The indexes to fill into the relation's path.
    pub(crate) index: Option<usize>,
    /// What is wrong.
    pub(crate) problem: String,
}
