//! An alarm: to be raised, as the platform has it, and how it is changed.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::id::{AlarmId, ManagedObjectId};
use crate::platform::fragments::refuse_names;
use crate::platform::{PlatformError, Source, time};

/// How bad an alarm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the platform's own words")]
pub enum Severity {
    Critical,
    Major,
    Minor,
    Warning,
}

/// What became of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AlarmStatus {
    /// Nobody has looked at it.
    Active,
    /// Somebody has.
    Acknowledged,
    /// It is over.
    Cleared,
}

/// An alarm to be raised.
///
/// ```
/// use c8y_microservice::{ManagedObjectId, NewAlarm, Severity};
///
/// let pump = ManagedObjectId::from("4711");
/// let alarm = NewAlarm::new(pump, "c8y_PumpStopped", "Pump 7 stands still", Severity::Major)
///     .fragment("c8y_Pressure", serde_json::json!({ "bar": 0.2 }));
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct NewAlarm {
    source: Source,
    #[serde(rename = "type")]
    kind: String,
    text: String,
    severity: Severity,
    #[serde(serialize_with = "time::serialize")]
    time: DateTime<FixedOffset>,
    #[serde(flatten)]
    fragments: Map<String, Value>,
}

/// An alarm of the platform.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Alarm {
    /// Its ID in its tenant.
    pub id: AlarmId,
    /// Where it comes from.
    pub source: Source,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says to people.
    pub text: String,
    /// How bad it is.
    pub severity: Severity,
    /// What became of it.
    pub status: AlarmStatus,
    /// When it came up, the last time.
    #[serde(serialize_with = "time::serialize")]
    pub time: DateTime<FixedOffset>,
    /// How often it came up.
    pub count: u64,
    /// All other properties, custom fragments among them.
    #[serde(flatten)]
    pub fragments: Map<String, Value>,
}

/// Changes to an alarm. What is not said here stays as it is.
///
/// ```
/// use c8y_microservice::{AlarmStatus, AlarmUpdate};
///
/// let seen = AlarmUpdate::new().status(AlarmStatus::Acknowledged);
/// ```
#[derive(Debug, Clone, Default, Serialize)]
pub struct AlarmUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<AlarmStatus>,
    #[serde(flatten)]
    fragments: Map<String, Value>,
}

impl Severity {
    /// As the platform writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "CRITICAL",
            Self::Major => "MAJOR",
            Self::Minor => "MINOR",
            Self::Warning => "WARNING",
        }
    }
}

impl AlarmStatus {
    /// As the platform writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::Cleared => "CLEARED",
        }
    }
}

impl NewAlarm {
    /// An alarm of now: where it comes from, its type, such as `c8y_UnavailabilityAlarm`, what it
    /// says to people, and how bad it is.
    #[must_use]
    pub fn new(source: ManagedObjectId, kind: &str, text: &str, severity: Severity) -> Self {
        Self {
            source: source.into(),
            kind: kind.to_owned(),
            text: text.to_owned(),
            severity,
            time: clock::now(),
            fragments: Map::new(),
        }
    }

    /// When it came up.
    #[must_use]
    pub fn time(mut self, time: impl Into<DateTime<FixedOffset>>) -> Self {
        self.time = time.into();
        self
    }

    /// Adds a custom fragment. The names of what an alarm has anyway are refused when it is sent.
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }

    pub(super) fn check(&self) -> Result<(), PlatformError> {
        refuse_names(
            &self.fragments,
            &["source", "type", "text", "severity", "time"],
        )
    }
}

impl AlarmUpdate {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Another text.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    /// Another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Another status.
    #[must_use]
    pub fn status(mut self, status: AlarmStatus) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds a custom fragment, or replaces the one of that name.
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }

    pub(super) fn check(&self) -> Result<(), PlatformError> {
        refuse_names(&self.fragments, &["text", "severity", "status"])
    }
}
