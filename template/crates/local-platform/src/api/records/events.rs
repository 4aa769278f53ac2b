//! Events.
//!
//! - `GET`, `POST /event/events` (filters `source`, `withSource…`, `type`, `fragmentType`,
//!   `fragmentValue`, times)
//! - `DELETE /event/events`: of all that the same filters admit
//! - `GET`, `PUT`, `DELETE /event/events/{id}`

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::View;
use crate::api::http::{Answer, Body, Call, Routes, media};
use crate::api::records;
use crate::refusal::Refusal;
use crate::state::{Event, EventFilter, Order};

const PATH: &str = "/event/events";

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(list).post(create).delete(delete_all);
    routes
        .at(&format!("{PATH}/{{id}}"))
        .get(read)
        .put(update)
        .delete(delete);
}

async fn list(call: Call) -> Answer {
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let events = tenant.events(&call.caller, &filter)?;
        call.page(media::EVENTS, "events", events, |event| view(&call, event))
    })
}

async fn create(call: Call, Body(fields): Body) -> Answer {
    call.with(|platform| {
        let id = platform.next_id();
        let tenant = platform.tenant_mut(call.tenant())?;
        let event = tenant.create_event(id, &call.caller, fields)?;
        Ok(call.created(media::EVENT, &view(&call, event)))
    })
}

async fn delete_all(call: Call) -> Answer {
    let filter = filter(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.delete_events(&call.caller, &filter)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn read(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let event = tenant.event(&call.caller, &id)?;
        Ok(Call::found(media::EVENT, &view(&call, event)))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let event = tenant.update_event(&call.caller, &id, fields)?;
        Ok(call.updated(media::EVENT, &view(&call, event)))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.delete_event(&call.caller, &id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

fn filter(call: &Call) -> Result<EventFilter, Refusal> {
    let query = &call.query;
    Ok(EventFilter {
        record: records::filter(query, records::one_kind(query), Order::NewestFirst)?,
        fragment: query.text("fragmentType"),
        value: query.text("fragmentValue"),
    })
}

fn view<'a>(call: &Call, event: &'a Event) -> View<'a> {
    View::new(call, PATH, event)
        .with("source", records::source(call, event.source(), None))
        .with("text", event.details.text.as_str())
        .with_history(event)
}
