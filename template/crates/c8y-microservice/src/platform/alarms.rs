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

/// An alarm to be raised. The platform needs all of its properties.
#[derive(Debug, Clone, Serialize)]
pub struct NewAlarm {
    /// Where it comes from.
    pub source: Source,
    /// Its type, such as `c8y_UnavailabilityAlarm`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says to people.
    pub text: String,
    /// How bad it is.
    pub severity: Severity,
    /// When it came up.
    #[serde(serialize_with = "time::serialize")]
    pub time: DateTime<Utc>,
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

impl From<ManagedObjectId> for Source {
    fn from(id: ManagedObjectId) -> Self {
        Self { id }
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
