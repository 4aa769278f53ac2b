//! Where a query looks in an object.

use serde_json::Value;

use crate::state::{Id, ManagedObject, Time, parse_time};

/// A property, as `name` or `c8y_Availability.status`: one name at least.
#[derive(Debug)]
pub(super) struct Property(Vec<String>);

/// What a property leads to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    Id(Id),
    Text(&'a str),
    Number(f64),
    Bool(bool),
    Time(Time),
    /// An object: there, but like nothing that a query can name.
    Fragment,
}

impl Property {
    pub(super) fn new(name: &str) -> Self {
        Self(name.split('.').map(str::to_owned).collect())
    }

    /// Whether this is one of an object's own times.
    pub(super) fn is_time(&self) -> bool {
        let own = matches!(&*self.0[0], "creationTime" | "lastUpdated");
        own && self.0[1..].iter().all(|rest| rest == "date")
    }

    /// Whether something holds for what the property leads to; for any of it, where there are
    /// arrays on the way. `null` counts as absent.
    pub(super) fn any(
        &self,
        object: &ManagedObject,
        mut holds: impl FnMut(Found<'_>) -> bool,
    ) -> bool {
        let (first, rest) = (&self.0[0], &self.0[1..]);
        match first.as_str() {
            "creationTime" if self.is_time() => holds(Found::Time(object.created)),
            "lastUpdated" if self.is_time() => holds(Found::Time(object.updated)),
            "id" if rest.is_empty() => holds(Found::Id(object.id)),
            "owner" if rest.is_empty() => holds(Found::Text(&object.owner)),
            name => object
                .fields
                .get(name)
                .is_some_and(|value| any(value, rest, &mut holds)),
        }
    }

    /// Whether the object has it, be it `null`.
    pub(super) fn is_in(&self, object: &ManagedObject) -> bool {
        let mut names = self.0.iter();
        let first = names.next().and_then(|name| object.fields.get(name));
        first.is_some_and(|first| names.try_fold(first, |it, name| it.get(name)).is_some())
    }
}

fn any(value: &Value, rest: &[String], holds: &mut dyn FnMut(Found<'_>) -> bool) -> bool {
    match (value, rest) {
        (Value::Array(items), _) => items.iter().any(|item| any(item, rest, holds)),
        (Value::Object(fields), [first, rest @ ..]) => {
            fields.get(first).is_some_and(|it| any(it, rest, holds))
        }
        (Value::String(text), [date]) if date == "date" => {
            parse_time("date", text).is_ok_and(|time| holds(Found::Time(time)))
        }
        (Value::Null, _) | (_, [_, ..]) => false,
        (Value::Object(_), []) => holds(Found::Fragment),
        (Value::String(text), []) => holds(Found::Text(text)),
        (Value::Bool(value), []) => holds(Found::Bool(*value)),
        (Value::Number(number), []) => number
            .as_f64()
            .is_some_and(|number| holds(Found::Number(number))),
    }
}
