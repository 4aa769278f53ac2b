//! Alarms.
//!
//! - `GET`, `POST /alarm/alarms` (filters `source`, `type`, `severity`, `status`, `resolved`,
//!   times)
//! - `GET /alarm/alarms/count`: how many alarms the same filters admit
//! - `GET`, `PUT /alarm/alarms/{id}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Body;
use super::router::Routes;
use super::{Call, media};
use crate::refusal::Refusal;
use crate::state::{Alarm, AlarmFilter, Tenant, format_time};

const PATH: &str = "/alarm/alarms";

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(list).post(create);
    routes.at(&format!("{PATH}/count")).get(count);
    routes.at(&format!("{PATH}/{{id}}")).get(read).put(update);
}

async fn list(call: Call) -> Answer {
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let alarms = tenant.alarms(&call.caller, &filter);
        call.page(media::ALARMS, "alarms", alarms, |alarm| {
            view(&call, tenant, alarm)
        })
    })
}

async fn count(call: Call) -> Answer {
    let filter = filter(&call)?;
    let count = call.with(|platform| {
        platform
            .tenant(call.tenant())
            .map(|tenant| tenant.alarms(&call.caller, &filter).len())
    })?;
    let media = if call.accept.contains("text/plain") {
        "text/plain"
    } else {
        "application/json"
    };
    Ok(HttpResponse::Ok()
        .content_type(media)
        .body(count.to_string()))
}

async fn create(call: Call, Body(fields): Body) -> Answer {
    call.with(|platform| {
        let id = platform.next_id();
        let tenant = platform.tenant_mut(call.tenant())?;
        let alarm = tenant.raise_alarm(id, &call.caller, fields)?.clone();
        Ok(call.created(media::ALARM, &view(&call, tenant, &alarm)))
    })
}

async fn read(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let alarm = tenant.alarm(&call.caller, &id)?;
        Ok(Call::found(media::ALARM, &view(&call, tenant, alarm)))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let alarm = tenant.update_alarm(&call.caller, &id, fields)?.clone();
        Ok(call.updated(media::ALARM, &view(&call, tenant, &alarm)))
    })
}

fn filter(call: &Call) -> Result<AlarmFilter, Refusal> {
    let query = &call.query;
    Ok(AlarmFilter {
        source: query.text("source"),
        kinds: query.list("type"),
        severities: query.list("severity"),
        statuses: query.list("status"),
        resolved: query.flag("resolved")?,
        occurred: query.times("dateFrom", "dateTo")?,
        created: query.times("createdFrom", "createdTo")?,
        updated: query.times("lastUpdatedFrom", "lastUpdatedTo")?,
        revert: query.flag("revert")?.unwrap_or_default(),
    })
}

fn view(call: &Call, tenant: &Tenant, alarm: &Alarm) -> Value {
    let id = alarm.id.to_string();
    let source = alarm.source.to_string();
    let source_link = call.link(&format!("/inventory/managedObjects/{source}"));
    let mut source_view = json!({"id": source, "self": source_link});
    if let Some(name) = tenant
        .inventory
        .find(&source)
        .and_then(|object| object.name())
    {
        source_view["name"] = name.into();
    }
    let mut body = Value::Object(alarm.fragments.clone());
    body["self"] = call.link(&format!("{PATH}/{id}")).into();
    body["id"] = id.into();
    body["source"] = source_view;
    body["type"] = alarm.kind.clone().into();
    body["text"] = alarm.text.clone().into();
    body["severity"] = alarm.severity.clone().into();
    body["status"] = alarm.status.clone().into();
    body["count"] = alarm.count.into();
    body["time"] = format_time(alarm.time).into();
    body["creationTime"] = format_time(alarm.created).into();
    body["lastUpdated"] = format_time(alarm.updated).into();
    if alarm.count > 1 {
        body["firstOccurrenceTime"] = format_time(alarm.first_occurrence).into();
    }
    body["history"] = json!({"auditRecords": [], "self": call.link("/audit/auditRecords")});
    body
}
