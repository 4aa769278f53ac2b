//! Series: the values of measurements, each in a fragment under a name.

use serde_json::Value;

use crate::refusal::Refusal;
use crate::state::Fields;

/// What names of fragments and series do not contain, as they are joined to paths.
const SPECIAL: &[char] = &['.', ',', '*', '[', ']', '(', ')', '@', '$'];

/// One value of a measurement.
pub(super) struct Series<'a> {
    pub(super) fragment: &'a str,
    pub(super) name: &'a str,
    pub(super) unit: Option<&'a str>,
    pub(super) value: f64,
}

/// All values of a measurement.
pub(super) fn series_of(fragments: &Fields) -> impl Iterator<Item = Series<'_>> {
    let fragments = fragments
        .iter()
        .filter_map(|(fragment, series)| Some((fragment, series.as_object()?)));
    fragments.flat_map(|(fragment, series)| {
        series.iter().filter_map(move |(name, series)| {
            Some(Series {
                fragment,
                name,
                unit: series.get("unit").and_then(Value::as_str),
                value: value(series)?,
            })
        })
    })
}

fn value(series: &Value) -> Option<f64> {
    series.get("value")?.as_f64()
}

/// Drops from each fragment with series what is none. A fragment without any is no more than a
/// property, and stays as it is.
pub(super) fn keep_valid_series(fragments: &mut Fields) -> Result<(), Refusal> {
    for (fragment, series) in fragments {
        let Some(series) = series.as_object_mut() else {
            continue;
        };
        if series.values().any(|series| value(series).is_some()) {
            series.retain(|_, series| value(series).is_some());
            check_name(fragment)?;
            for (name, series) in series {
                check_name(name)?;
                check_unit(name, series)?;
            }
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let unfit = |character: char| character.is_whitespace() || SPECIAL.contains(&character);
    if !name.contains(unfit) {
        return Ok(());
    }
    let special: String = SPECIAL.iter().collect();
    Err(Refusal::invalid(format!(
        "{name:?} does not name a fragment or series: no spaces and none of {special}"
    )))
}

fn check_unit(name: &str, series: &Value) -> Result<(), Refusal> {
    match series.get("unit") {
        None => Ok(()),
        Some(Value::String(unit)) if !unit.is_empty() => Ok(()),
        Some(unit) => Err(Refusal::invalid(format!(
            "unit of {name} is not a text of at least one character: {unit}"
        ))),
    }
}
