//! Which alarms are meant.

use super::{AlarmStatus, Severity};
use crate::platform::filter::{Parameters, history_filter, record_filter};

/// Which alarms are listed, counted, changed or deleted: those that meet all of what is said here.
///
/// ```
/// use c8y_microservice::{AlarmFilter, AlarmStatus, ManagedObjectId, Severity};
///
/// let pump = ManagedObjectId::from("4711");
/// let urgent = AlarmFilter::new()
///     .source(&pump)
///     .severity(Severity::Critical)
///     .severity(Severity::Major)
///     .status(AlarmStatus::Active);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlarmFilter {
    pub(super) parameters: Parameters,
}

record_filter!(AlarmFilter);
history_filter!(AlarmFilter);

impl AlarmFilter {
    /// Those of this type: `type`. Called again, those of any of the types. The platform takes
    /// a comma for the end of a type.
    #[must_use]
    pub fn kind(self, kind: &str) -> Self {
        self.any_of("type", kind)
    }

    /// Those of this severity: `severity`. Called again, those of any of the severities.
    #[must_use]
    pub fn severity(self, severity: Severity) -> Self {
        self.any_of("severity", severity.as_str())
    }

    /// Those with this status: `status`. Called again, those with any of them.
    #[must_use]
    pub fn status(self, status: AlarmStatus) -> Self {
        self.any_of("status", status.as_str())
    }

    /// Those that are cleared, or those that are not: `resolved`. The platform looks at no
    /// [`status`](Self::status) then.
    #[must_use]
    pub fn resolved(self, resolved: bool) -> Self {
        self.query("resolved", if resolved { "true" } else { "false" })
    }

    fn any_of(mut self, name: &str, value: &str) -> Self {
        self.parameters.add(name, value);
        self
    }
}
