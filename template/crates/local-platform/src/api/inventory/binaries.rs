//! Files.
//!
//! - `GET /inventory/binaries`: their managed objects (filters `type`, `owner`, `ids`,
//!   `childAdditionId`, `childAssetId`, `childDeviceId`)
//! - `POST /inventory/binaries`: a form with the parts `object` (JSON) and `file`
//! - `GET /inventory/binaries/{id}`: the content, or with `Range` a part of it
//! - `PUT /inventory/binaries/{id}`: another content
//! - `DELETE /inventory/binaries/{id}`

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use super::filter;
use super::managed_object::Viewer;
use crate::api::http::multipart::{File, Form};
use crate::api::http::{Answer, Call, Routes, download, media};
use crate::refusal::Refusal;
use crate::state::{Fields, NewFile, Tenant};

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/inventory/binaries").get(list).post(upload);
    routes
        .at("/inventory/binaries/{id}")
        .get(read)
        .put(replace)
        .delete(delete);
}

async fn list(call: Call) -> Answer {
    let (viewer, filter) = (Viewer::new(&call)?, filter(&call.query)?);
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let files = tenant.files(&call.caller, &filter);
        call.page(media::MANAGED_OBJECTS, "managedObjects", files, |file| {
            viewer.view(tenant, file)
        })
    })
}

async fn upload(call: Call, mut form: Form) -> Answer {
    Tenant::may_upload(&call.caller)?;
    let viewer = Viewer::new(&call)?;
    let (object, file) = (form.take(&["object"])?, form.take(&["file"])?);
    let fields: Fields = serde_json::from_slice(&object.bytes)
        .map_err(|error| Refusal::invalid(format!("The part object is no JSON object: {error}")))?;
    let file = NewFile {
        fields,
        name: file.file_name,
        content_type: file.content_type,
        bytes: file.bytes,
    };
    call.with(|platform| {
        let id = platform.next_id();
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.upload(id, &call.caller, file)?;
        let view = viewer.view_of(tenant, id)?;
        Ok(call.created(media::MANAGED_OBJECT, &view))
    })
}

async fn read(call: Call, request: HttpRequest, id: Path<String>) -> Answer {
    let content = call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let (object, bytes) = tenant.download(&call.caller, &id)?;
        let text = |name| object.fields.get(name)?.as_str();
        Ok::<_, Refusal>(download::Content {
            name: text("name").unwrap_or_default().to_owned(),
            media: text("contentType").unwrap_or_default().to_owned(),
            bytes,
        })
    })?;
    content.answer(&request)
}

async fn replace(call: Call, id: Path<String>, file: File) -> Answer {
    let viewer = Viewer::new(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let id = tenant.replace_file(&call.caller, &id, file.content_type, file.bytes)?;
        let view = viewer.view_of(tenant, id)?;
        Ok(call.created(media::MANAGED_OBJECT, &view))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        platform
            .tenant_mut(call.tenant())?
            .delete_file(&call.caller, &id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}
