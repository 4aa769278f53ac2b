//! Files that are attached to events.
//!
//! - `GET /event/events/{id}/binaries`: the content, or with `Range` a part of it
//! - `POST`, `PUT /event/events/{id}/binaries`: a form with the part `file`, and with `object`
//!   (JSON with `name` and `type`) if there is more to say; or the file itself
//! - `DELETE /event/events/{id}/binaries`

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ContentDisposition, HeaderValue};
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::api::http::authentication::header_text;
use crate::api::http::multipart::{Content, Form};
use crate::api::http::{Answer, Call, Routes, download};
use crate::refusal::Refusal;
use crate::state::{Attachment, Event, Fields};

const MEDIA: &str = "application/json";
const UNKNOWN_TYPE: &str = "application/octet-stream";

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/event/events/{id}/binaries")
        .get(read)
        .post(attach)
        .put(replace)
        .delete(delete);
}

async fn read(call: Call, request: HttpRequest, id: Path<String>) -> Answer {
    let file = call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        tenant.attachment(&call.caller, &id).cloned()
    })?;
    let content = download::Content {
        name: file.name.unwrap_or_else(|| id.to_string()),
        media: file.kind,
        bytes: file.bytes,
    };
    content.answer(&request)
}

async fn attach(call: Call, id: Path<String>, Upload(file): Upload) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let event = tenant.attach(&call.caller, &id, file)?;
        Ok(call.created(MEDIA, &view(&call, event)))
    })
}

async fn replace(call: Call, id: Path<String>, Upload(file): Upload) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let event = tenant.replace_attachment(&call.caller, &id, file)?;
        Ok(call.created(MEDIA, &view(&call, event)))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.delete_attachment(&call.caller, &id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

fn view(call: &Call, event: &Event) -> Value {
    let id = event.id.to_string();
    let file = event.details.attachment.as_ref();
    json!({
        "self": call.link(&format!("/event/events/{id}/binaries")),
        "name": file.and_then(|file| file.name.as_ref()).unwrap_or(&id),
        "type": file.map(|file| &file.kind),
        "source": id,
    })
}

/// A file as a request's body.
struct Upload(Attachment);

impl Upload {
    /// What the part `object` says wins over what the part `file` says of itself.
    fn of_form(mut form: Form) -> Result<Self, Refusal> {
        let file = form.take(&["file"])?;
        let described = form.take(&["object"]).ok();
        let described: Fields = described.map_or(Ok(Fields::new()), |object| {
            serde_json::from_slice(&object.bytes).map_err(|error| {
                Refusal::invalid(format!("The part object is no JSON object: {error}"))
            })
        })?;
        let described = |name| Some(described.get(name)?.as_str()?.to_owned());
        let kind = described("type").or(file.content_type);
        Ok(Self(Attachment {
            name: described("name").or(file.file_name),
            kind: kind.unwrap_or_else(|| UNKNOWN_TYPE.to_owned()),
            bytes: file.bytes,
        }))
    }
}

impl FromRequest for Upload {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = header_text(request.headers(), &CONTENT_TYPE).unwrap_or(UNKNOWN_TYPE);
        if kind.starts_with("multipart/form-data") {
            let form = Form::from_request(request, payload);
            return Box::pin(async move { Self::of_form(form.await?) });
        }
        let kind = kind.to_owned();
        let name = request
            .headers()
            .get(CONTENT_DISPOSITION)
            .and_then(file_name);
        let content = Content::from_request(request, payload);
        Box::pin(async move {
            let bytes = content.await?.0;
            Ok(Self(Attachment { name, kind, bytes }))
        })
    }
}

fn file_name(disposition: &HeaderValue) -> Option<String> {
    let disposition = ContentDisposition::from_raw(disposition).ok()?;
    disposition.get_filename().map(str::to_owned)
}
