//! Alarms, events and measurements.

mod alarms;
mod attachments;
mod events;
mod measurements;
mod series;
