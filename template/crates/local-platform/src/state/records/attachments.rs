//! Files that are attached to events, one each.

use bytes::Bytes;
use serde_json::json;

use super::events::SORT;
use crate::refusal::Refusal;
use crate::state::object::merge;
use crate::state::{Caller, Counted, Event, Fields, Id, Tenant, now};

/// The fragment by which an event shows what is attached to it.
const FRAGMENT: &str = "c8y_IsBinary";

/// A file of an event.
#[derive(Clone, Debug)]
pub(crate) struct Attachment {
    /// The event's ID, where nothing else is known.
    pub(crate) name: Option<String>,
    pub(crate) kind: String,
    pub(crate) bytes: Bytes,
}

impl Tenant {
    /// Attaches a file to an event that has none.
    pub(crate) fn attach(
        &mut self,
        caller: &Caller,
        id: &str,
        file: Attachment,
    ) -> Result<&Event, Refusal> {
        let id = self.changeable_event(caller, id)?;
        if self.events.find(id).is_some_and(has_attachment) {
            let message = format!("event {id} has an attachment already");
            return Err(Refusal::conflict(SORT.area, message));
        }
        self.put_attachment(id, Some(file))
    }

    pub(crate) fn replace_attachment(
        &mut self,
        caller: &Caller,
        id: &str,
        file: Attachment,
    ) -> Result<&Event, Refusal> {
        let id = self.changeable_event(caller, id)?;
        self.put_attachment(id, Some(file))
    }

    /// A file is not open to the owner of the event's source, other than the event itself.
    pub(crate) fn attachment(&self, caller: &Caller, id: &str) -> Result<&Attachment, Refusal> {
        let event = self.find_event(id)?;
        caller.require(&SORT.read)?;
        let file = event.details.attachment.as_ref();
        file.ok_or_else(|| no_attachment(event.id))
    }

    pub(crate) fn delete_attachment(&mut self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let id = self.changeable_event(caller, id)?;
        if !self.events.find(id).is_some_and(has_attachment) {
            return Err(no_attachment(id));
        }
        self.put_attachment(id, None).map(drop)
    }

    fn put_attachment(&mut self, id: Id, file: Option<Attachment>) -> Result<&Event, Refusal> {
        let event = self.events.find_mut(id).ok_or_else(|| SORT.not_found(id))?;
        let shown = file.as_ref().map(|file| {
            let name = file.name.clone().unwrap_or_else(|| id.to_string());
            json!({"name": name, "length": file.bytes.len(), "type": file.kind})
        });
        let shown = Fields::from_iter([(FRAGMENT.to_owned(), shown.into())]);
        merge(&mut event.fragments, shown);
        event.details.attachment = file;
        event.updated = now();
        self.usage.count(Counted::EventsUpdated);
        Ok(event)
    }
}

fn has_attachment(event: &Event) -> bool {
    event.details.attachment.is_some()
}

fn no_attachment(event: Id) -> Refusal {
    Refusal::not_found(SORT.area, format!("attachment of event {event}"))
}
