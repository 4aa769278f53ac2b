//! Measurements.
//!
//! - `GET`, `POST /measurement/measurements` (filters `source`, `type`, `valueFragmentType`,
//!   `valueFragmentSeries`, `fragmentType`, times); `POST` takes one, or many as `measurements`
//! - `DELETE /measurement/measurements`: of all that the same filters admit
//! - `GET`, `DELETE /measurement/measurements/{id}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::View;
use crate::api::http::{Answer, Body, Call, Routes, media};
use crate::api::records;
use crate::refusal::Refusal;
use crate::state::{Fields, Id, Measurement, MeasurementFilter, Order};

const PATH: &str = "/measurement/measurements";

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(list).post(create).delete(delete_all);
    routes
        .at(&format!("{PATH}/{{id}}"))
        .get(read)
        .delete(delete);
}

async fn list(call: Call) -> Answer {
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let measurements = tenant.measurements(&call.caller, &filter)?;
        call.page(
            media::MEASUREMENTS,
            "measurements",
            measurements,
            |measurement| view(&call, measurement),
        )
    })
}

async fn create(call: Call, Body(mut fields): Body) -> Answer {
    match fields.remove("measurements") {
        Some(Value::Array(many)) => create_many(&call, many),
        Some(_) => Err(Refusal::invalid("measurements is not a list")),
        None => create_one(&call, fields),
    }
}

fn create_one(call: &Call, fields: Fields) -> Answer {
    call.with(|platform| {
        let id = platform.next_id();
        let tenant = platform.tenant_mut(call.tenant())?;
        let measurement = tenant.create_measurement(id, &call.caller, fields)?;
        Ok(call.created(media::MEASUREMENT, &view(call, measurement)))
    })
}

fn create_many(call: &Call, many: Vec<Value>) -> Answer {
    let many = many.into_iter().map(|one| match one {
        Value::Object(fields) => Ok(fields),
        other => Err(Refusal::invalid(format!("Not a measurement: {other}"))),
    });
    let many = many.collect::<Result<Vec<Fields>, _>>()?;
    call.with(|platform| {
        let new: Vec<(Id, Fields)> = many
            .into_iter()
            .map(|fields| (platform.next_id(), fields))
            .collect();
        let tenant = platform.tenant_mut(call.tenant())?;
        let made = tenant.create_measurements(&call.caller, new)?;
        let made: Vec<View<'_>> = made.map(|measurement| view(call, measurement)).collect();
        let body = json!({"measurements": made, "self": call.link(PATH)});
        Ok(call.created(media::MEASUREMENTS, &body))
    })
}

async fn delete_all(call: Call) -> Answer {
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.delete_measurements(&call.caller, &filter)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn read(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let measurement = tenant.measurement(&call.caller, &id)?;
        Ok(Call::found(media::MEASUREMENT, &view(&call, measurement)))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.delete_measurement(&call.caller, &id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

fn filter(call: &Call) -> Result<MeasurementFilter, Refusal> {
    let query = &call.query;
    Ok(MeasurementFilter {
        record: records::filter(query, records::one_kind(query), Order::OldestFirst)?,
        fragment: query.text("fragmentType"),
        value_fragment: query.text("valueFragmentType"),
        series: query.text("valueFragmentSeries"),
    })
}

fn view<'a>(call: &Call, measurement: &'a Measurement) -> View<'a> {
    View::new(call, PATH, measurement)
        .with("source", records::source(call, measurement.source(), None))
}
