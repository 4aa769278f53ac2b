//! Identity: external IDs of managed objects.
//!
//! - `GET`, `POST /identity/globalIds/{id}/externalIds`
//! - `GET`, `DELETE /identity/externalIds/{type}/{externalId}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use crate::api::http::{Answer, Body, Call, Routes, encode, media};
use crate::state::ExternalId;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/identity/globalIds/{id}/externalIds")
        .get(list)
        .post(create);
    routes
        .at("/identity/externalIds/{type}/{externalId}")
        .get(read)
        .delete(delete);
}

async fn list(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let names = platform
            .tenant(call.tenant())?
            .external_ids(&call.caller, &id)?;
        let names: Vec<Value> = names.map(|name| view(&call, &id, name)).collect();
        let link = call.link(&format!("/identity/globalIds/{}/externalIds", encode(&id)));
        let body = json!({"externalIds": names, "self": link});
        Ok(Call::found(media::EXTERNAL_IDS, &body))
    })
}

async fn create(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    let name = ExternalId::parse(&fields)?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let id = tenant.bind(&call.caller, &id, name.clone())?;
        Ok(call.created(media::EXTERNAL_ID, &view(&call, &id.to_string(), &name)))
    })
}

async fn read(call: Call, path: Path<(String, String)>) -> Answer {
    let name = external_id(path);
    let id = call.with(|platform| {
        platform
            .tenant(call.tenant())?
            .external_id(&call.caller, &name)
    })?;
    Ok(Call::found(
        media::EXTERNAL_ID,
        &view(&call, &id.to_string(), &name),
    ))
}

async fn delete(call: Call, path: Path<(String, String)>) -> Answer {
    let name = external_id(path);
    call.with(|platform| {
        platform
            .tenant_mut(call.tenant())?
            .unbind(&call.caller, &name)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

fn external_id(path: Path<(String, String)>) -> ExternalId {
    let (kind, value) = path.into_inner();
    ExternalId { kind, value }
}

fn view(call: &Call, object: &str, name: &ExternalId) -> Value {
    let ExternalId { kind, value } = name;
    let link = format!("/identity/externalIds/{}/{}", encode(kind), encode(value));
    let object_link = call.link(&format!("/inventory/managedObjects/{object}"));
    json!({
        "externalId": value,
        "type": kind,
        "managedObject": {"id": object, "self": object_link},
        "self": call.link(&link),
    })
}
