//! A measurement: to be made, and as the platform has it.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::clock;
use crate::id::{ManagedObjectId, MeasurementId};
use crate::platform::fragments::refuse_names;
use crate::platform::{PlatformError, Source, time};

/// A measurement to be made. Its values stand in fragments, each under the name of its series.
///
/// ```
/// use c8y_microservice::{ManagedObjectId, NewMeasurement};
///
/// let pump = ManagedObjectId::from("4711");
/// let measurement = NewMeasurement::new(pump, "c8y_Steam")
///     .value("c8y_Steam", "Temperature", 142.5, "C")
///     .value("c8y_Steam", "Humidity", 93.0, "%RH");
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct NewMeasurement {
    source: Source,
    #[serde(rename = "type")]
    kind: String,
    #[serde(serialize_with = "time::serialize")]
    time: DateTime<FixedOffset>,
    #[serde(flatten)]
    fragments: Map<String, Value>,
    /// What JSON has no number for. Kept until it is sent, so that building a measurement needs no
    /// error handling.
    #[serde(skip)]
    unfit: Option<String>,
}

/// A measurement of the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Measurement {
    /// Its ID in its tenant.
    pub id: MeasurementId,
    /// What was measured.
    pub source: Source,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was measured.
    #[serde(serialize_with = "time::serialize")]
    pub time: DateTime<FixedOffset>,
    /// All other properties, the values among them.
    #[serde(flatten)]
    pub fragments: Map<String, Value>,
}

impl NewMeasurement {
    /// A measurement of now, without values yet: what was measured, and its type, such as
    /// `c8y_TemperatureMeasurement`.
    #[must_use]
    pub fn new(source: ManagedObjectId, kind: &str) -> Self {
        Self {
            source: source.into(),
            kind: kind.to_owned(),
            time: clock::now(),
            fragments: Map::new(),
            unfit: None,
        }
    }

    /// When it was measured.
    #[must_use]
    pub fn time(mut self, time: impl Into<DateTime<FixedOffset>>) -> Self {
        self.time = time.into();
        self
    }

    /// Adds a value: series `series` of `fragment`, in `unit`, such as `C`; an empty unit is left
    /// out. Names of fragments and series have no spaces and none of `. , * [ ] ( ) @ $`. A value
    /// that is not finite is refused when the measurement is sent.
    #[must_use]
    pub fn value(mut self, fragment: &str, series: &str, value: f64, unit: &str) -> Self {
        if !value.is_finite() {
            let reason = format!("{fragment}.{series} is {value}, and no finite number");
            self.unfit.get_or_insert(reason);
        }
        let value = if unit.is_empty() {
            json!({ "value": value })
        } else {
            json!({ "value": value, "unit": unit })
        };
        let all = self.fragments.entry(fragment).or_insert_with(|| json!({}));
        match all {
            Value::Object(all) => drop(all.insert(series.to_owned(), value)),
            other => *other = json!({ series: value }),
        }
        self
    }

    /// Adds a custom fragment, or replaces the one of that name. The names of what a measurement
    /// has anyway are refused when it is sent.
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }

    pub(super) fn check(&self) -> Result<(), PlatformError> {
        refuse_names(&self.fragments, &["source", "type", "time"])?;
        let unfit = self.unfit.clone();
        unfit.map_or(Ok(()), |reason| Err(PlatformError::Invalid(reason)))
    }
}

impl Measurement {
    /// The value of series `series` in `fragment`, if there is one. Its unit is in
    /// [`fragments`](Self::fragments).
    #[must_use]
    pub fn value(&self, fragment: &str, series: &str) -> Option<f64> {
        self.fragments
            .get(fragment)?
            .get(series)?
            .get("value")?
            .as_f64()
    }
}
