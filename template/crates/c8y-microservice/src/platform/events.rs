//! Events: what happened to a source, at a time.

mod event;
mod filter;

use reqwest::Method;

pub use event::{Event, EventUpdate, NewEvent};
pub use filter::EventFilter;

use super::{Items, PlatformError, Request, TenantClient};
use crate::id::EventId;

const PATH: [&str; 2] = ["event", "events"];

/// What bounds a deletion, and what narrows it down beside. The platform ignores all else.
const BOUNDS: [&str; 5] = ["source", "dateFrom", "dateTo", "createdFrom", "createdTo"];
const DELETED_BY: [&str; 7] = [
    "source",
    "dateFrom",
    "dateTo",
    "createdFrom",
    "createdTo",
    "type",
    "fragmentType",
];

/// The events of a client's tenant.
///
/// ```no_run
/// # use c8y_microservice::{EventFilter, PlatformError, TenantClient};
/// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
/// let mut events = client.events().list(&EventFilter::new().kind("c8y_DoorOpened"));
/// while let Some(event) = events.next().await {
///     let event = event?;
///     println!("{}: {}", event.time, event.text);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Events<'a>(&'a TenantClient);

impl<'a> Events<'a> {
    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// Makes an event: `POST /event/events`. Needs `ROLE_EVENT_ADMIN`, unless the client's user
    /// owns the source. A source that does not exist is a [`PlatformError::Unprocessable`] or
    /// [`PlatformError::NotFound`].
    pub async fn create(&self, event: &NewEvent) -> Result<Event, PlatformError> {
        event.check()?;
        let request = self.0.call(Method::POST, &PATH).json(event);
        request.send().await?.json()
    }

    /// Reads an event: `GET /event/events/{id}`. Needs `ROLE_EVENT_READ`, unless the client's user
    /// owns the source.
    pub async fn get(&self, id: &EventId) -> Result<Event, PlatformError> {
        self.event(Method::GET, id).send().await?.json()
    }

    /// Changes an event, and answers it as it is now: `PUT /event/events/{id}`. Needs
    /// `ROLE_EVENT_ADMIN`, unless the client's user owns the source.
    pub async fn update(&self, id: &EventId, update: &EventUpdate) -> Result<Event, PlatformError> {
        update.check()?;
        let request = self.event(Method::PUT, id).json(update);
        request.send().await?.json()
    }

    /// Deletes an event: `DELETE /event/events/{id}`. Needs `ROLE_EVENT_ADMIN`, unless the client's
    /// user owns the source.
    pub async fn delete(&self, id: &EventId) -> Result<(), PlatformError> {
        self.event(Method::DELETE, id).send().await.map(drop)
    }

    /// The events that a filter admits, the newest first unless it says otherwise:
    /// `GET /event/events`. Needs `ROLE_EVENT_READ`.
    pub fn list(&self, filter: &EventFilter) -> Items<Event> {
        Items::new(self.0, &PATH, filter.parameters.pairs(), "events")
    }

    /// Deletes all events that a filter admits: `DELETE /event/events`. Needs `ROLE_EVENT_ADMIN`.
    ///
    /// Large deletions may go on after the answer. The filter has to name a source, or a time at
    /// which events happened or were made; it may name a type and a fragment beside, and nothing
    /// else, as the platform looks at nothing else here. Any other filter is
    /// [`PlatformError::Invalid`], and deletes nothing.
    pub async fn delete_all(&self, filter: &EventFilter) -> Result<(), PlatformError> {
        const NAME: &str = "a deletion of events";
        let known = filter.parameters.known_to(NAME, &DELETED_BY)?;
        filter.parameters.bounded_by(NAME, &BOUNDS)?;
        let request = self.0.call(Method::DELETE, &PATH).parameters(known);
        request.send().await.map(drop)
    }

    fn event(&self, method: Method, id: &EventId) -> Request<'a> {
        let [api, collection] = PATH;
        self.0.call(method, &[api, collection, id.as_str()])
    }
}
