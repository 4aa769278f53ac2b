//! What lists, counts and deletions are narrowed down to.

use super::PlatformError;

/// The parameters of a filter, by the platform's names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pairs: Vec<(String, String)>,
    /// One of several values that the platform takes for more than one.
    divided: Option<String>,
}

impl Parameters {
    /// Sets a parameter; a value that it has is replaced.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.pairs.retain(|(other, _)| other != name);
        self.pairs.push((name.to_owned(), value.to_owned()));
    }

    /// Adds one of several values, which the platform takes as one text with commas.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if value.contains(',') {
            self.divided.get_or_insert(format!("{name} `{value}`"));
        }
        match self.pairs.iter_mut().find(|(other, _)| other == name) {
            Some((_, values)) => *values = format!("{values},{value}"),
            None => self.set(name, value),
        }
    }

    /// All of them, for a list, where the platform says itself what it does not understand.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        self.pairs.clone()
    }

    /// All of them, for an operation that knows these names. The platform would ignore any other
    /// one, and count, change or delete more than was meant.
    pub(super) fn known_to(
        &self,
        operation: &str,
        names: &[&str],
    ) -> Result<&[(String, String)], PlatformError> {
        refuse_empty(&self.pairs)?;
        if let Some(divided) = &self.divided {
            return Err(PlatformError::Invalid(format!(
                "{operation} is not narrowed down by {divided}: its comma divides it into several"
            )));
        }
        let mut given = self.pairs.iter().map(|(name, _)| name.as_str());
        match given.find(|name| !names.contains(name)) {
            Some(name) => Err(PlatformError::Invalid(format!(
                "{operation} is not narrowed down by {name}, only by {}",
                names.join(", ")
            ))),
            None => Ok(&self.pairs),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(other, _)| other == name)
    }

    /// Refuses what may be about everything that a tenant has: one of these has to be there.
    pub(super) fn bounded_by(&self, operation: &str, names: &[&str]) -> Result<(), PlatformError> {
        if names.iter().any(|name| self.has(name)) {
            return Ok(());
        }
        Err(PlatformError::Invalid(format!(
            "{operation} needs a filter by at least one of {}",
            names.join(", ")
        )))
    }
}

/// Refuses parameters without a value, which the platform may take for none at all.
pub(super) fn refuse_empty(parameters: &[(String, String)]) -> Result<(), PlatformError> {
    match parameters.iter().find(|(_, value)| value.is_empty()) {
        Some((name, _)) => Err(PlatformError::Invalid(format!("{name} is empty"))),
        None => Ok(()),
    }
}

/// What the filters of alarms, events and measurements have in common. They keep their parameters
/// in a field `parameters`.
macro_rules! record_filter {
    ($filter:ident) => {
        impl $filter {
            /// All that the tenant has.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// Those of this managed object: `source`.
            #[must_use]
            pub fn source(self, id: &$crate::id::ManagedObjectId) -> Self {
                self.query("source", id.as_str())
            }

            /// Those whose time is this one or later: `dateFrom`.
            #[must_use]
            pub fn from(self, time: impl Into<chrono::DateTime<chrono::FixedOffset>>) -> Self {
                self.time("dateFrom", time.into())
            }

            /// Those whose time is before this one: `dateTo`.
            #[must_use]
            pub fn to(self, time: impl Into<chrono::DateTime<chrono::FixedOffset>>) -> Self {
                self.time("dateTo", time.into())
            }

            /// Sets any other parameter of the platform's API.
            #[must_use]
            pub fn query(mut self, name: &str, value: &str) -> Self {
                self.parameters.set(name, value);
                self
            }

            fn time(self, name: &str, time: chrono::DateTime<chrono::FixedOffset>) -> Self {
                self.query(name, &$crate::platform::time::text(time))
            }
        }
    };
}

/// What the filters of alarms and events have beside.
macro_rules! history_filter {
    ($filter:ident) => {
        impl $filter {
            /// Those that were made at this time or later, by the platform's clock: `createdFrom`.
            #[must_use]
            pub fn created_from(
                self,
                time: impl Into<chrono::DateTime<chrono::FixedOffset>>,
            ) -> Self {
                self.time("createdFrom", time.into())
            }

            /// Those that were made before this time, by the platform's clock: `createdTo`.
            #[must_use]
            pub fn created_to(
                self,
                time: impl Into<chrono::DateTime<chrono::FixedOffset>>,
            ) -> Self {
                self.time("createdTo", time.into())
            }

            /// Those that were last changed at this time or later, by the platform's clock:
            /// `lastUpdatedFrom`.
            #[must_use]
            pub fn updated_from(
                self,
                time: impl Into<chrono::DateTime<chrono::FixedOffset>>,
            ) -> Self {
                self.time("lastUpdatedFrom", time.into())
            }

            /// Those that were last changed before this time, by the platform's clock:
            /// `lastUpdatedTo`.
            #[must_use]
            pub fn updated_to(
                self,
                time: impl Into<chrono::DateTime<chrono::FixedOffset>>,
            ) -> Self {
                self.time("lastUpdatedTo", time.into())
            }

            /// Beside those of the source, those of all that stands below it:
            /// `withSourceChildren`.
            #[must_use]
            pub fn with_source_children(self) -> Self {
                self.query("withSourceChildren", "true")
            }

            /// Beside those of the source, those of the assets below it: `withSourceAssets`.
            #[must_use]
            pub fn with_source_assets(self) -> Self {
                self.query("withSourceAssets", "true")
            }

            /// Beside those of the source, those of the devices below it: `withSourceDevices`.
            #[must_use]
            pub fn with_source_devices(self) -> Self {
                self.query("withSourceDevices", "true")
            }

            /// Beside those of the source, those of the additions below it:
            /// `withSourceAdditions`.
            #[must_use]
            pub fn with_source_additions(self) -> Self {
                self.query("withSourceAdditions", "true")
            }
        }
    };
}

pub(super) use {history_filter, record_filter};
