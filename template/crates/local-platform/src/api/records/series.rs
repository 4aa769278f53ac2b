//! Series: the values of measurements, side by side.
//!
//! - `GET /measurement/measurements/series` (`source`, `dateFrom` and `dateTo` are required;
//!   `series`, `aggregationType`, `aggregationInterval`, `revert`)

use chrono::TimeDelta;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::api::http::{Answer, Call, Query, Routes};
use crate::refusal::Refusal;
use crate::state::{Extremes, Order, SeriesFilter, SeriesTable, format_time};

const MEDIA: &str = "application/json";

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/measurement/measurements/series").get(list);
}

async fn list(call: Call) -> Answer {
    let filter = filter(&call.query)?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let table = tenant.series(&call.caller, &filter)?;
        Ok(Call::found(MEDIA, &View(&table)))
    })
}

fn filter(query: &Query) -> Result<SeriesFilter, Refusal> {
    let required = ["source", "dateFrom", "dateTo"];
    if let Some(missing) = required.iter().find(|name| query.get(name).is_none()) {
        return Err(Refusal::invalid(format!("parameter {missing} is missing")));
    }
    let revert = query.flag("revert")?.unwrap_or_default();
    Ok(SeriesFilter {
        source: query.text("source").unwrap_or_default(),
        times: query.times("dateFrom", "dateTo")?,
        series: query.list("series"),
        interval: interval(query)?,
        order: if revert {
            Order::NewestFirst
        } else {
            Order::OldestFirst
        },
    })
}

/// By days, hours or minutes: an interval of any other length counts as one of the nearest unit.
fn interval(query: &Query) -> Result<Option<TimeDelta>, Refusal> {
    let unit = match (
        query.get("aggregationInterval"),
        query.get("aggregationType"),
    ) {
        (Some(interval), _) => unit(interval),
        (None, Some("DAILY")) => Some('d'),
        (None, Some("HOURLY")) => Some('h'),
        (None, Some("MINUTELY")) => Some('m'),
        (None, Some(_)) => None,
        (None, None) => return Ok(None),
    };
    match unit {
        Some('s' | 'm') => Ok(Some(TimeDelta::minutes(1))),
        Some('h') => Ok(Some(TimeDelta::hours(1))),
        Some('d' | 'w' | 'M' | 'q' | 'y') => Ok(Some(TimeDelta::days(1))),
        _ => Err(Refusal::invalid(
            "values are aggregated by an aggregationInterval such as 12h, a number from 1 to 999 \
             and a unit of s, m, h, d, w, M, q, y, or by an aggregationType DAILY, HOURLY or MINUTELY",
        )),
    }
}

fn unit(interval: &str) -> Option<char> {
    let unit = interval.chars().last()?;
    let number = interval.strip_suffix(unit)?;
    let fits = !number.starts_with(['0', '+']) && number.parse().is_ok_and(|n: u16| n < 1000);
    fits.then_some(unit)
}

/// Not a [`Value`], in whose objects the order of the times would be lost.
struct View<'a>(&'a SeriesTable);

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let series = self.0.series.iter().map(|((fragment, name), unit)| {
            let mut series = json!({"type": fragment, "name": name});
            if let Some(unit) = unit {
                series["unit"] = unit.as_str().into();
            }
            series
        });
        serializer.collect_map([
            ("values", Field::Values(self.0)),
            ("series", Field::Value(series.collect())),
            ("truncated", Field::Value(self.0.truncated.into())),
        ])
    }
}

enum Field<'a> {
    Values(&'a SeriesTable),
    Value(Value),
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Values(table) => serializer.collect_map(table.rows().map(|(time, cells)| {
                let cell = |cell: Option<_>| cell.map(extremes).into();
                let cells: Vec<Value> = cells.into_iter().map(cell).collect();
                (format_time(time), cells)
            })),
        }
    }
}

fn extremes(of: Extremes) -> Value {
    json!({"min": of.min, "max": of.max})
}
