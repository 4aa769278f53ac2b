//! One page of a list, as the platform writes it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a page: its items, which stand under a name of their own in each collection, and whether
/// there is a link to the next one. All else is skipped.
pub(in crate::platform) struct PageForm<T> {
    property: &'static str,
    items: PhantomData<T>,
}

impl<T> PageForm<T> {
    pub(in crate::platform) fn new(property: &'static str) -> Self {
        Self {
            property,
            items: PhantomData,
        }
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for PageForm<T> {
    type Value = (Vec<T>, bool);

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for PageForm<T> {
    type Value = (Vec<T>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a page of {}", self.property)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut page: A) -> Result<Self::Value, A::Error> {
        let mut items = None;
        let mut next = None::<IgnoredAny>;
        while let Some(name) = page.next_key::<String>()? {
            if name == self.property {
                items = Some(page.next_value()?);
            } else if name == "next" {
                next = page.next_value()?;
            } else {
                page.next_value::<IgnoredAny>()?;
            }
        }
        let items = items.ok_or_else(|| Error::missing_field(self.property))?;
        Ok((items, next.is_some()))
    }
}
