//! Which measurements are meant.

use crate::platform::filter::{Parameters, record_filter};

/// Which measurements are listed or deleted: those that meet all of what is said here.
///
/// ```
/// use c8y_microservice::{ManagedObjectId, MeasurementFilter};
/// use chrono::{TimeDelta, Utc};
///
/// let pump = ManagedObjectId::from("4711");
/// let last_hour = MeasurementFilter::new()
///     .source(&pump)
///     .value_fragment("c8y_Temperature")
///     .series("T")
///     .from(Utc::now() - TimeDelta::hours(1))
///     .newest_first();
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasurementFilter {
    pub(super) parameters: Parameters,
}

record_filter!(MeasurementFilter);

impl MeasurementFilter {
    /// Those of this type: `type`.
    #[must_use]
    pub fn kind(self, kind: &str) -> Self {
        self.query("type", kind)
    }

    /// Those with values in this fragment, for a list: `valueFragmentType`.
    #[must_use]
    pub fn value_fragment(self, name: &str) -> Self {
        self.query("valueFragmentType", name)
    }

    /// Those with a value of this series, for a list: `valueFragmentSeries`.
    #[must_use]
    pub fn series(self, name: &str) -> Self {
        self.query("valueFragmentSeries", name)
    }

    /// Those with this fragment, for a deletion: `fragmentType`. A list is narrowed down by its
    /// [values](Self::value_fragment).
    #[must_use]
    pub fn fragment(self, name: &str) -> Self {
        self.query("fragmentType", name)
    }

    /// The newest first in a list: `revert`. The platform promises it where the list begins
    /// [`from`](Self::from) a time or goes up [`to`](Self::to) one.
    #[must_use]
    pub fn newest_first(self) -> Self {
        self.query("revert", "true")
    }

    /// The oldest first in a list: `revert`. The platform promises it where the list begins
    /// [`from`](Self::from) a time or goes up [`to`](Self::to) one.
    #[must_use]
    pub fn oldest_first(self) -> Self {
        self.query("revert", "false")
    }
}
