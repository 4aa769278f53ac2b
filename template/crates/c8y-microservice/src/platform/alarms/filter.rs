//! Which alarms are meant.

use super::{AlarmStatus, Severity};
use crate::platform::PlatformError;
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
    /// a comma for the end of a type: what has one is listed, and neither counted nor deleted.
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

    /// Those that are cleared, or those that are not: `resolved`. In the place of
    /// a [`status`](Self::status), which the platform does not look at then: a list does not
    /// either, and with both of them nothing is counted, changed or deleted.
    #[must_use]
    pub fn resolved(self, resolved: bool) -> Self {
        self.query("resolved", if resolved { "true" } else { "false" })
    }

    /// The parameters for an operation that would do something else than what was meant if it did
    /// not look at one of them.
    pub(super) fn known_to(
        &self,
        operation: &str,
        names: &[&str],
    ) -> Result<&[(String, String)], PlatformError> {
        if self.parameters.has("resolved") && self.parameters.has("status") {
            let reason = format!("{operation} is narrowed down by resolved or by status, not both");
            return Err(PlatformError::Invalid(reason));
        }
        self.parameters.known_to(operation, names)
    }

    fn any_of(mut self, name: &str, value: &str) -> Self {
        self.parameters.add(name, value);
        self
    }
}
