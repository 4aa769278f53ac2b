//! Alarms: states of a source that somebody has to look at.

mod alarm;
mod filter;
mod read;

use reqwest::Method;
use serde_json::{Value, json};

pub use alarm::{Alarm, AlarmStatus, AlarmUpdate, NewAlarm, Severity};
pub use filter::AlarmFilter;

use super::{Items, PlatformError, Request, Response, TenantClient};
use crate::id::AlarmId;

const PATH: [&str; 2] = ["alarm", "alarms"];

/// What counts, changes and deletions are narrowed down by. The platform ignores all else.
const BY_SOURCE: [&str; 5] = [
    "source",
    "withSourceChildren",
    "withSourceAssets",
    "withSourceDevices",
    "withSourceAdditions",
];
const BY_TIME: [&str; 2] = ["dateFrom", "dateTo"];
const BY_STATE: [&str; 3] = ["severity", "status", "resolved"];
/// Not counts.
const BY_CREATION: [&str; 2] = ["createdFrom", "createdTo"];
/// Not changes.
const BY_TYPE: [&str; 1] = ["type"];

/// The alarms of a client's tenant.
///
/// ```no_run
/// # use c8y_microservice::{AlarmFilter, AlarmStatus, AlarmUpdate, PlatformError, TenantClient};
/// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
/// let active = AlarmFilter::new().status(AlarmStatus::Active);
/// for alarm in client.alarms().list(&active).all().await? {
///     let seen = AlarmUpdate::new().status(AlarmStatus::Acknowledged);
///     client.alarms().update(&alarm.id, &seen).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Alarms<'a>(&'a TenantClient);

impl<'a> Alarms<'a> {
    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// Raises an alarm: `POST /alarm/alarms`. Needs `ROLE_ALARM_ADMIN`, unless the client's user
    /// owns the source.
    ///
    /// Where an alarm of the same source and type is not cleared yet, the platform counts that one
    /// up, takes over the new time alone, and answers with it. A source that does not exist is
    /// a [`PlatformError::Unprocessable`] or [`PlatformError::NotFound`]. Where the platform
    /// suppresses the alarm, because its source is in maintenance for instance, there is none: that
    /// is a [`PlatformError::UnexpectedBody`] which says so.
    pub async fn create(&self, alarm: &NewAlarm) -> Result<Alarm, PlatformError> {
        alarm.check()?;
        let request = self.0.call(Method::POST, &PATH).json(alarm);
        // Sent twice, it is counted twice, and there is one alarm.
        let answer = request.repeatable().send().await?;
        let raised: Result<Alarm, _> = answer.json();
        match raised {
            Ok(alarm) if !is_of_none(alarm.fragments.get("self")) => Ok(alarm),
            _ if is_suppressed(&answer) => Err(PlatformError::UnexpectedBody {
                status: answer.status(),
                reason: "the platform suppresses the alarm".to_owned(),
            }),
            other => other,
        }
    }

    /// Reads an alarm: `GET /alarm/alarms/{id}`. Needs `ROLE_ALARM_READ`, unless the client's user
    /// owns the source.
    pub async fn get(&self, id: &AlarmId) -> Result<Alarm, PlatformError> {
        self.alarm(Method::GET, id).send().await?.json()
    }

    /// Changes an alarm, and answers it as it is now: `PUT /alarm/alarms/{id}`. Needs
    /// `ROLE_ALARM_ADMIN`, unless the client's user owns the source.
    pub async fn update(&self, id: &AlarmId, update: &AlarmUpdate) -> Result<Alarm, PlatformError> {
        update.check()?;
        let request = self.alarm(Method::PUT, id).json(update);
        request.send().await?.json()
    }

    /// The alarms that a filter admits, the newest first: `GET /alarm/alarms`. Without
    /// `ROLE_ALARM_READ`, those alone whose source the client's user owns.
    pub fn list(&self, filter: &AlarmFilter) -> Items<Alarm> {
        Items::new(self.0, &PATH, filter.parameters.pairs(), "alarms")
    }

    /// How many alarms a filter admits: `GET /alarm/alarms/count`. Without `ROLE_ALARM_READ`, up
    /// to 100 of those whose source the client's user owns.
    ///
    /// The times at which alarms were made or changed do not narrow a count down: a filter with
    /// them is [`PlatformError::Invalid`].
    pub async fn count(&self, filter: &AlarmFilter) -> Result<u64, PlatformError> {
        let names = [&BY_SOURCE[..], &BY_TIME, &BY_STATE, &BY_TYPE].concat();
        let known = filter.known_to("a count", &names)?;
        let [api, collection] = PATH;
        let request = self.0.call(Method::GET, &[api, collection, "count"]);
        request.parameters(known).send().await?.json()
    }

    /// Gives another status to all alarms that a filter admits: `PUT /alarm/alarms`. Needs
    /// `ROLE_ALARM_ADMIN`.
    ///
    /// Large changes may go on after the answer. The platform narrows them down neither by the type
    /// of alarms nor by the time of their last change. A filter with those is
    /// [`PlatformError::Invalid`], and so is one that admits all alarms.
    pub async fn update_all(
        &self,
        filter: &AlarmFilter,
        status: AlarmStatus,
    ) -> Result<(), PlatformError> {
        const NAME: &str = "a change of alarms";
        let bounds = [&["source"][..], &BY_TIME, &BY_STATE, &BY_CREATION].concat();
        let names = [&BY_SOURCE[..], &bounds].concat();
        let known = filter.known_to(NAME, &names)?;
        filter.parameters.bounded_by(NAME, &bounds)?;
        let request = self.0.call(Method::PUT, &PATH).parameters(known);
        let request = request.json(&json!({ "status": status }));
        request.send().await.map(drop)
    }

    /// Deletes all alarms that a filter admits: `DELETE /alarm/alarms`. Needs `ROLE_ALARM_ADMIN`.
    ///
    /// Large deletions may go on after the answer. The filter has to name a source, or a time at
    /// which alarms came up or were made; the time of their last change does not narrow a deletion
    /// down. Any other filter is [`PlatformError::Invalid`], and deletes nothing.
    pub async fn delete_all(&self, filter: &AlarmFilter) -> Result<(), PlatformError> {
        const NAME: &str = "a deletion of alarms";
        let bounds = [&["source"][..], &BY_TIME, &BY_CREATION].concat();
        let names = [&BY_SOURCE[..], &bounds, &BY_STATE, &BY_TYPE].concat();
        let known = filter.known_to(NAME, &names)?;
        filter.parameters.bounded_by(NAME, &bounds)?;
        let request = self.0.call(Method::DELETE, &PATH).parameters(known);
        request.send().await.map(drop)
    }

    fn alarm(&self, method: Method, id: &AlarmId) -> Request<'a> {
        let [api, collection] = PATH;
        self.0.call(method, &[api, collection, id.as_str()])
    }
}

/// Whether it is what the platform answers instead of an alarm that it does not raise.
fn is_suppressed(answer: &Response) -> bool {
    let body: Result<Value, _> = answer.json();
    body.is_ok_and(|body| is_of_none(body.get("self")))
}

/// Whether a link leads to no alarm.
fn is_of_none(link: Option<&Value>) -> bool {
    link.and_then(Value::as_str)
        .is_some_and(|link| link.ends_with("/null"))
}
