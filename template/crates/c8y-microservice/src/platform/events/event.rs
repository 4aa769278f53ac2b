//! An event: to be made, as the platform has it, and how it is changed.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock;
use crate::id::{EventId, ManagedObjectId};
use crate::platform::fragments::refuse_names;
use crate::platform::{PlatformError, Source, time};

/// An event to be made.
///
/// ```
/// use c8y_microservice::{ManagedObjectId, NewEvent};
///
/// let door = ManagedObjectId::from("4711");
/// let event = NewEvent::new(door, "c8y_DoorOpened", "The front door was opened")
///     .fragment("example_Key", serde_json::json!({ "holder": "Ada" }));
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct NewEvent {
    source: Source,
    #[serde(rename = "type")]
    kind: String,
    text: String,
    #[serde(serialize_with = "time::serialize")]
    time: DateTime<FixedOffset>,
    #[serde(flatten)]
    fragments: Map<String, Value>,
}

/// An event of the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Its ID in its tenant.
    pub id: EventId,
    /// Where it happened.
    pub source: Source,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it says to people.
    pub text: String,
    /// When it happened.
    #[serde(serialize_with = "time::serialize")]
    pub time: DateTime<FixedOffset>,
    /// All other properties, custom fragments among them.
    #[serde(flatten)]
    pub fragments: Map<String, Value>,
}

/// Changes to an event. What is not said here stays as it is.
///
/// ```
/// use c8y_microservice::EventUpdate;
///
/// let update = EventUpdate::new().fragment("example_Guard", serde_json::json!("Grace"));
/// ```
#[derive(Debug, Clone, Default, Serialize)]
pub struct EventUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(flatten)]
    fragments: Map<String, Value>,
}

impl NewEvent {
    /// An event of now: where it happened, its type, such as `c8y_LocationUpdate`, and what it says
    /// to people.
    #[must_use]
    pub fn new(source: ManagedObjectId, kind: &str, text: &str) -> Self {
        Self {
            source: source.into(),
            kind: kind.to_owned(),
            text: text.to_owned(),
            time: clock::now(),
            fragments: Map::new(),
        }
    }

    /// When it happened.
    #[must_use]
    pub fn time(mut self, time: impl Into<DateTime<FixedOffset>>) -> Self {
        self.time = time.into();
        self
    }

    /// Adds a custom fragment. The names of what an event has anyway are refused when it is sent.
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }

    pub(super) fn check(&self) -> Result<(), PlatformError> {
        refuse_names(&self.fragments, &["source", "type", "text", "time"])
    }
}

impl EventUpdate {
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

    /// Adds a custom fragment, or replaces the one of that name.
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }

    pub(super) fn check(&self) -> Result<(), PlatformError> {
        refuse_names(&self.fragments, &["text"])
    }
}
