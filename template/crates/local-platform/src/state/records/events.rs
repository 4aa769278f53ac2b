//! Events of a tenant.

use serde_json::Value;

use super::Records;
use super::new_record::Sort;
use crate::refusal::Refusal;
use crate::state::object::{merge, take_text};
use crate::state::{Attachment, Caller, Counted, Fields, Id, Record, RecordFilter, Tenant, now};

pub(super) const SORT: Sort = Sort {
    area: "event",
    read: ["ROLE_EVENT_READ"],
    admin: ["ROLE_EVENT_ADMIN"],
    mandatory: &["source", "text", "time", "type"],
    further_bounds: ", createdFrom, createdTo",
};

pub(crate) type Event = Record<EventDetails>;

/// What only events have.
#[derive(Debug)]
pub(crate) struct EventDetails {
    pub(crate) text: String,
    pub(crate) attachment: Option<Attachment>,
}

/// The events of one tenant.
pub(crate) type Events = Records<EventDetails>;

/// What a list of events is narrowed to.
#[derive(Debug, Default)]
pub(crate) struct EventFilter {
    pub(crate) record: RecordFilter,
    pub(crate) fragment: Option<String>,
    /// The text that the fragment is: nothing without a fragment.
    pub(crate) value: Option<String>,
}

impl EventFilter {
    fn admits(&self, event: &Event) -> bool {
        let Some(name) = &self.fragment else {
            return true;
        };
        let fragment = event.fragments.get(name);
        match &self.value {
            None => fragment.is_some(),
            Some(value) => fragment.and_then(Value::as_str) == Some(value),
        }
    }
}

impl Tenant {
    pub(crate) fn create_event(
        &mut self,
        id: Id,
        caller: &Caller,
        fields: Fields,
    ) -> Result<&Event, Refusal> {
        let (mut new, _) = self.new_record(&SORT, caller, fields)?;
        let text = new.take("text")?;
        let event = new.into_record(
            id,
            EventDetails {
                text,
                attachment: None,
            },
        );
        self.usage.count(Counted::EventsCreated);
        Ok(self.events.insert(event))
    }

    pub(crate) fn event(&self, caller: &Caller, id: &str) -> Result<&Event, Refusal> {
        let event = self.find_event(id)?;
        self.may(caller, &SORT.read, event)?;
        Ok(event)
    }

    pub(crate) fn events<'a>(
        &'a self,
        caller: &Caller,
        filter: &'a EventFilter,
    ) -> Result<impl Iterator<Item = &'a Event> + use<'a>, Refusal> {
        caller.require(&SORT.read)?;
        Ok(self.admitted_events(filter))
    }

    /// Changes an event's text and fragments.
    pub(crate) fn update_event(
        &mut self,
        caller: &Caller,
        id: &str,
        update: Fields,
    ) -> Result<&Event, Refusal> {
        let event = self.find_event(id)?;
        self.may(caller, &SORT.admin, event)?;
        let id = event.id;
        let mut update = SORT.update(event, update)?;
        let text = take_text(&mut update, "text")?;
        let event = self.events.find_mut(id).ok_or_else(|| SORT.not_found(id))?;
        if let Some(text) = text {
            event.details.text = text;
        }
        merge(&mut event.fragments, update);
        event.updated = now();
        self.usage.count(Counted::EventsUpdated);
        Ok(event)
    }

    pub(crate) fn delete_event(&mut self, caller: &Caller, id: &str) -> Result<(), Refusal> {
        let id = self.changeable_event(caller, id)?;
        self.events.remove(id);
        Ok(())
    }

    pub(crate) fn delete_events(
        &mut self,
        caller: &Caller,
        filter: &EventFilter,
    ) -> Result<(), Refusal> {
        caller.require(&SORT.admin)?;
        SORT.refuse_unbounded(&filter.record)?;
        let ids: Vec<Id> = self.admitted_events(filter).map(|event| event.id).collect();
        for id in ids {
            self.events.remove(id);
        }
        Ok(())
    }

    fn admitted_events<'a>(&'a self, filter: &'a EventFilter) -> impl Iterator<Item = &'a Event> {
        let events = filter.record.select(&self.inventory, &self.events);
        events.filter(|event| filter.admits(event))
    }

    pub(super) fn changeable_event(&self, caller: &Caller, id: &str) -> Result<Id, Refusal> {
        let event = self.find_event(id)?;
        self.may(caller, &SORT.admin, event)?;
        Ok(event.id)
    }

    pub(super) fn find_event(&self, id: &str) -> Result<&Event, Refusal> {
        let event = id.parse().ok().and_then(|id| self.events.find(id));
        event.ok_or_else(|| SORT.not_found(id))
    }
}
