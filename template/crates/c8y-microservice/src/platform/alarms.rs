//! Alarms: states of a source that somebody has to look at.

use chrono::{DateTime, FixedOffset, Utc};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{PlatformError, TenantClient, time};
use crate::id::{AlarmId, ManagedObjectId};

/// The alarms of a client's tenant.
#[derive(Debug)]
pub struct Alarms<'a>(&'a TenantClient);

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

/// The managed object that an alarm is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its ID in the alarm's tenant.
    pub id: ManagedObjectId,
}

/// An alarm of the platform.
#[derive(Debug, Clone, Deserialize)]
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
    pub time: DateTime<FixedOffset>,
    /// How often it came up.
    #[serde(default = "once")]
    pub count: u64,
    /// All other properties, custom fragments among them.
    #[serde(flatten)]
    pub fragments: Map<String, Value>,
}

impl NewAlarm {
    /// An alarm of now: where it comes from, its type, such as `c8y_UnavailabilityAlarm`, what it
    /// says to people, and how bad it is.
    #[must_use]
    pub fn new(source: ManagedObjectId, kind: &str, text: &str, severity: Severity) -> Self {
        Self {
            source: Source { id: source },
            kind: kind.to_owned(),
            text: text.to_owned(),
            severity,
            time: Utc::now().into(),
            fragments: Map::new(),
        }
    }

    /// When it came up.
    #[must_use]
    pub fn time(mut self, time: impl Into<DateTime<FixedOffset>>) -> Self {
        self.time = time.into();
        self
    }

    /// Adds a custom fragment.
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }
}

fn once() -> u64 {
    1
}

impl<'a> Alarms<'a> {
    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// Raises an alarm: `POST /alarm/alarms`. Needs `ROLE_ALARM_ADMIN`, unless the client's user
    /// owns the source.
    ///
    /// Where an alarm of the same source and type is not cleared yet, the platform counts that one
    /// up, takes over the new time alone, and answers with it. A source that does not exist is
    /// a [`PlatformError::Unprocessable`] or [`PlatformError::NotFound`].
    pub async fn create(&self, alarm: &NewAlarm) -> Result<Alarm, PlatformError> {
        self.0
            .call(Method::POST, &["alarm", "alarms"])
            .json(alarm)
            .send()
            .await?
            .json()
    }
}
