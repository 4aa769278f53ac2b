//! Alarms.
//!
//! - `GET`, `POST /alarm/alarms` (filters `source`, `withSource…`, `type`, `severity`, `status`,
//!   `resolved`, times)
//! - `PUT /alarm/alarms`: another status for all that the same filters admit
//! - `DELETE /alarm/alarms`: of all that the same filters admit
//! - `GET /alarm/alarms/count`: how many alarms the same filters admit
//! - `GET`, `PUT /alarm/alarms/{id}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::json;

use super::View;
use crate::api::http::{Answer, Body, Call, Routes, media};
use crate::api::records;
use crate::refusal::Refusal;
use crate::state::{Alarm, AlarmFilter, Inventory, Order, Tenant, format_time};

const PATH: &str = "/alarm/alarms";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(PATH)
        .get(list)
        .post(create)
        .put(update_all)
        .delete(delete_all);
    routes.at(&format!("{PATH}/count")).get(count);
    routes.at(&format!("{PATH}/{{id}}")).get(read).put(update);
}

async fn list(mut call: Call) -> Answer {
    if !Tenant::reads_all_alarms(&call.caller) {
        call.query.ignore("withTotalPages");
    }
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let alarms = tenant.alarms(&call.caller, &filter);
        call.page(media::ALARMS, "alarms", alarms, |alarm| {
            view(&call, &tenant.inventory, alarm)
        })
    })
}

async fn count(call: Call) -> Answer {
    let filter = filter(&call)?;
    let count = call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        Ok::<_, Refusal>(tenant.count_alarms(&call.caller, &filter))
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
        let raised = tenant.raise_alarm(id, &call.caller, fields)?;
        let Some(id) = raised else {
            let nothing = json!({"self": call.link(&format!("{PATH}/null"))});
            return Ok(call.created(media::ALARM, &nothing));
        };
        let alarm = tenant.alarm_of(id)?;
        Ok(call.created(media::ALARM, &view(&call, &tenant.inventory, alarm)))
    })
}

async fn update_all(call: Call, Body(fields): Body) -> Answer {
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.update_alarms(&call.caller, &filter, fields)
    })?;
    Ok(HttpResponse::Ok().finish())
}

async fn delete_all(call: Call) -> Answer {
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.delete_alarms(&call.caller, &filter)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn read(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let alarm = tenant.alarm(&call.caller, &id)?;
        Ok(Call::found(
            media::ALARM,
            &view(&call, &tenant.inventory, alarm),
        ))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let id = tenant.update_alarm(&call.caller, &id, fields)?;
        let body = view(&call, &tenant.inventory, tenant.alarm_of(id)?);
        Ok(call.updated(media::ALARM, &body))
    })
}

fn filter(call: &Call) -> Result<AlarmFilter, Refusal> {
    let query = &call.query;
    Ok(AlarmFilter {
        record: records::filter(query, query.list("type"), Order::NewestFirst)?,
        severities: query.list("severity"),
        statuses: query.list("status"),
        resolved: query.flag("resolved")?,
    })
}

fn view<'a>(call: &Call, inventory: &Inventory, alarm: &'a Alarm) -> View<'a> {
    let details = &alarm.details;
    let source = inventory.by_id(alarm.source());
    let source = source.and_then(|source| source.name());
    let view = View::new(call, PATH, alarm)
        .with("source", records::source(call, alarm.source(), source))
        .with("text", details.text.as_str())
        .with("severity", details.severity.as_str())
        .with("status", details.status.as_str())
        .with("count", details.count)
        .with_history(alarm)
        .with(
            "history",
            json!({"auditRecords": [], "self": call.link("/audit/auditRecords")}),
        );
    if details.count > 1 {
        view.with("firstOccurrenceTime", format_time(details.first_occurrence))
    } else {
        view
    }
}
