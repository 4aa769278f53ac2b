//! What is uploaded for an application.
//!
//! - `GET /application/applications/{id}/binaries`: the files of a web application
//! - `POST /application/applications/{id}/binaries`: uploads a zip, as a form with a part named
//!   `data` or `file` (`clearConflictingOptions`)
//! - `GET`, `DELETE /application/applications/{id}/binaries/{binary}`

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Path;
use serde_json::{Value, json};

use super::{ADMIN, own, parse_id, view};
use crate::api::http::multipart::Form;
use crate::api::http::{Answer, Call, Routes, media};
use crate::state::{Application, Binary, Package, Upload, format_time};

const PARTS: [&str; 2] = ["data", "file"];
const ZIP: &str = "application/zip";

pub(super) fn routes(routes: &mut Routes) {
    let path = "/application/applications/{id}/binaries";
    routes.at(path).get(list).post(upload);
    routes
        .at(&format!("{path}/{{binary}}"))
        .get(read)
        .delete(delete);
}

async fn list(call: Call, id: Path<String>) -> Answer {
    call.caller.require(&ADMIN)?;
    call.with(|platform| {
        let application = platform.visible_application(&call.caller, parse_id(&id)?)?;
        application.refuse_microservice()?;
        let binaries = application.binaries.iter();
        let attachments: Vec<Value> = binaries
            .map(|binary| attachment(&call, application, binary))
            .collect();
        let body = json!({"attachments": attachments});
        Ok(Call::found(media::APPLICATION_BINARIES, &body))
    })
}

async fn upload(call: Call, id: Path<String>, mut form: Form) -> Answer {
    call.caller.require(&ADMIN)?;
    let clear = call.query.flag("clearConflictingOptions")?;
    let part = form.take(&PARTS)?;
    // The zip is looked into while others go on working on the state.
    let application = call.with(|platform| own(&call, platform, &id).cloned())?;
    let upload = Upload {
        package: Package::read(&application, &part.bytes)?,
        name: part.file_name.unwrap_or(part.name),
        content: part.bytes,
    };
    call.with(|platform| {
        let clear = clear.unwrap_or_default();
        let application = platform.upload(application.id, upload, clear)?;
        Ok(call.created(media::APPLICATION, &view(&call, application)))
    })
}

async fn read(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&ADMIN)?;
    let (id, binary) = path.into_inner();
    let content = call.with(|platform| {
        let application = platform.visible_application(&call.caller, parse_id(&id)?)?;
        application.content(&binary)
    })?;
    let name = format!("attachment; filename=\"{binary}.zip\"");
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, ZIP));
    response.insert_header((CONTENT_DISPOSITION, name));
    Ok(response.body(content))
}

async fn delete(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&ADMIN)?;
    let (id, binary) = path.into_inner();
    call.with(|platform| {
        let id = own(&call, platform, &id)?.id;
        platform.delete_binary(id, &binary)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

fn attachment(call: &Call, application: &Application, binary: &Binary) -> Value {
    let id = application.id;
    let link = format!("/application/applications/{id}/binaries/{}", binary.id);
    json!({
        "id": binary.id.to_string(),
        "name": binary.name,
        "contextPath": application.context_path(),
        "created": format_time(binary.created),
        "length": binary.length,
        "downloadUrl": call.link(&link),
    })
}
