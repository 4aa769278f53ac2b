//! What becomes of an alarm before it is raised: tenant options give its type another severity or
//! text, or suppress it, and so does the maintenance of its source.

use super::alarms::{AlarmDetails, SEVERITIES};
use crate::state::{ManagedObject, Tenant};

/// The options' category; their keys are types of alarms, their values `severity|text`.
const CATEGORY: &str = "alarm.type.mapping";
const SUPPRESS: &str = "NONE";

impl ManagedObject {
    /// Whether no alarms are expected of it: its response interval says so.
    pub(super) fn in_maintenance(&self) -> bool {
        let availability = self.fields.get("c8y_RequiredAvailability");
        let interval = availability.and_then(|required| required.get("responseInterval"));
        interval
            .and_then(serde_json::Value::as_i64)
            .is_some_and(|minutes| minutes <= 0)
    }
}

impl Tenant {
    pub(super) fn suppresses(&self, kind: &str) -> bool {
        self.mapping(kind)
            .is_some_and(|(severity, _)| severity == SUPPRESS)
    }

    /// A part that is empty, or no severity, overrides nothing.
    pub(super) fn map_alarm(&self, kind: &str, alarm: &mut AlarmDetails) {
        let (severity, text) = self.mapping(kind).unwrap_or_default();
        if SEVERITIES.contains(&severity) {
            severity.clone_into(&mut alarm.severity);
        }
        if !text.is_empty() {
            text.clone_into(&mut alarm.text);
        }
    }

    fn mapping(&self, kind: &str) -> Option<(&str, &str)> {
        let value = self.options.get(CATEGORY, kind)?;
        let (severity, text) = value.split_once('|').unwrap_or((value, ""));
        Some((severity.trim(), text.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Time;

    fn mapped(value: &str) -> Option<(String, String)> {
        let mut tenant = Tenant::new("t101", "t101.localhost", None);
        tenant.options.set(CATEGORY, "hot", value);
        if tenant.suppresses("hot") {
            return None;
        }
        let mut alarm = AlarmDetails {
            text: "It is hot".to_owned(),
            severity: "MINOR".to_owned(),
            status: "ACTIVE".to_owned(),
            count: 1,
            first_occurrence: Time::default(),
        };
        tenant.map_alarm("hot", &mut alarm);
        Some((alarm.severity, alarm.text))
    }

    #[test]
    fn an_option_overrides_severity_and_text_of_a_type_where_it_gives_them() {
        for (value, severity, text) in [
            ("CRITICAL|Fire", "CRITICAL", "Fire"),
            ("CRITICAL|", "CRITICAL", "It is hot"),
            ("CRITICAL", "CRITICAL", "It is hot"),
            ("|Fire", "MINOR", "Fire"),
            ("HUGE|Fire|Water", "MINOR", "Fire|Water"),
        ] {
            let expected = Some((severity.to_owned(), text.to_owned()));
            assert_eq!(mapped(value), expected, "{value}");
        }
    }

    #[test]
    fn an_option_suppresses_a_type() {
        assert_eq!(mapped("NONE|whatever"), None);
        assert_eq!(mapped("NONE"), None);
    }
}
