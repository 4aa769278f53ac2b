//! Which events are meant.

use crate::platform::filter::{Parameters, history_filter, record_filter};

/// Which events are listed or deleted: those that meet all of what is said here.
///
/// ```
/// use c8y_microservice::{EventFilter, ManagedObjectId};
/// use chrono::{TimeDelta, Utc};
///
/// let door = ManagedObjectId::from("4711");
/// let today = EventFilter::new()
///     .source(&door)
///     .kind("c8y_DoorOpened")
///     .from(Utc::now() - TimeDelta::days(1))
///     .oldest_first();
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub(super) parameters: Parameters,
}

record_filter!(EventFilter);
history_filter!(EventFilter);

impl EventFilter {
    /// Those of this type: `type`.
    #[must_use]
    pub fn kind(self, kind: &str) -> Self {
        self.query("type", kind)
    }

    /// Those that have this fragment: `fragmentType`.
    #[must_use]
    pub fn fragment(self, name: &str) -> Self {
        self.query("fragmentType", name)
    }

    /// Those whose fragment `name` is the text `value`: `fragmentType` and `fragmentValue`.
    #[must_use]
    pub fn fragment_value(self, name: &str, value: &str) -> Self {
        self.fragment(name).query("fragmentValue", value)
    }

    /// The oldest first in a list, instead of the newest: `revert`. The platform promises it where
    /// the list begins [`from`](Self::from) a time or goes up [`to`](Self::to) one.
    #[must_use]
    pub fn oldest_first(self) -> Self {
        self.query("revert", "true")
    }
}
