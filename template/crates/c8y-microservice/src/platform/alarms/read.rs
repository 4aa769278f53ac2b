//! Reading an alarm. What serde derives for an object with any other properties copies all of it
//! first; alarms come in thousands, so they are read in one pass.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Map;

use super::Alarm;

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Property {
    Id,
    Source,
    Type,
    Text,
    Severity,
    Status,
    Time,
    Count,
    Other(String),
}

impl<'de> Deserialize<'de> for Alarm {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(AlarmVisitor)
    }
}

struct AlarmVisitor;

impl<'de> Visitor<'de> for AlarmVisitor {
    type Value = Alarm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an alarm")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Alarm, A::Error> {
        let (mut id, mut source, mut kind, mut text) = (None, None, None, None);
        let (mut severity, mut status, mut time, mut count) = (None, None, None, None);
        let mut fragments = Map::new();
        while let Some(property) = map.next_key()? {
            match property {
                Property::Id => id = Some(map.next_value()?),
                Property::Source => source = Some(map.next_value()?),
                Property::Type => kind = Some(map.next_value()?),
                Property::Text => text = Some(map.next_value()?),
                Property::Severity => severity = Some(map.next_value()?),
                Property::Status => status = Some(map.next_value()?),
                Property::Time => time = Some(map.next_value()?),
                Property::Count => count = Some(map.next_value()?),
                Property::Other(name) => drop(fragments.insert(name, map.next_value()?)),
            }
        }
        let missing = A::Error::missing_field;
        Ok(Alarm {
            id: id.ok_or_else(|| missing("id"))?,
            source: source.ok_or_else(|| missing("source"))?,
            kind: kind.ok_or_else(|| missing("type"))?,
            text: text.ok_or_else(|| missing("text"))?,
            severity: severity.ok_or_else(|| missing("severity"))?,
            status: status.ok_or_else(|| missing("status"))?,
            time: time.ok_or_else(|| missing("time"))?,
            count: count.unwrap_or(1),
            fragments,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_alarm_has_its_properties_and_all_others_as_fragments() {
        let written = json!({
            "id": "1", "source": {"id": "2", "name": "Pump"}, "type": "c8y_TooHot",
            "text": "It is too hot", "severity": "MAJOR", "status": "ACTIVE",
            "time": "2026-01-01T00:00:00.000Z", "count": 3,
            "self": "http://platform/alarm/alarms/1", "c8y_Heat": {"T": [1, null]},
        });
        let read = Alarm::deserialize(&written).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), written);
        assert_eq!(read.fragments.len(), 2, "{read:?}");
    }

    #[test]
    fn an_alarm_has_come_up_once_and_nothing_else_may_be_missing() {
        let whole = json!({
            "id": "1", "source": {"id": "2"}, "type": "t", "text": "x", "severity": "MINOR",
            "status": "CLEARED", "time": "2026-01-01T00:00:00.000Z",
        });
        assert_eq!(Alarm::deserialize(&whole).unwrap().count, 1);
        for name in whole.as_object().unwrap().keys() {
            let mut part = whole.clone();
            part.as_object_mut().unwrap().remove(name);
            let error = Alarm::deserialize(&part).unwrap_err().to_string();
            assert!(error.contains(&format!("`{name}`")), "{error}");
        }
        assert!(Alarm::deserialize(&Value::Null).is_err());
    }
}
