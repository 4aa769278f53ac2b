//! What is uploaded for an application.
//!
//! - `GET /application/applications/{id}/binaries`: the files of a web application
//! - `POST /application/applications/{id}/binaries`: uploads a zip, as a form with a part named
//!   `data` or `file` (`clearConflictingOptions`)
//! - `GET`, `DELETE /application/applications/{id}/binaries/{binary}`

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data, Path};
use serde_json::{Value, json};

use super::{ADMIN, own, parse_id, view};
use crate::api::http::multipart::Form;
use crate::api::http::{Answer, Call, Routes, media};
use crate::hosting::{Hosting, Version};
use crate::refusal::Refusal;
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

async fn upload(
    call: Call,
    id: Path<String>,
    mut form: Form,
    hosting: Data<Option<Hosting>>,
) -> Answer {
    call.caller.require(&ADMIN)?;
    let clear = call.query.flag("clearConflictingOptions")?;
    let part = form.take(&PARTS)?;
    let hosting = Option::as_ref(&hosting);
    let application = call.with(|platform| own(&call, platform, &id).cloned())?;
    // The zip is looked into, and its image loaded, while others go on working.
    let bytes = part.bytes.clone();
    let (application, package) = blocking(move || {
        let package = Package::read(&application, &bytes)?;
        Ok((application, package))
    })
    .await?;
    let version = load(hosting, &package, &part.bytes).await?;
    let upload = Upload {
        name: part.file_name.unwrap_or(part.name),
        content: part.bytes,
        package,
    };
    let mut before = None;
    let answer = call.with(|platform| {
        let clear = clear.unwrap_or_default();
        let application = platform.upload(application.id, upload, clear)?;
        if let (Some(hosting), Some(version)) = (hosting, &version) {
            before = hosting.host(application.id, version.clone());
        }
        Ok(call.created(media::APPLICATION, &view(&call, application)))
    });
    // An image that is not needed any more is removed from the engine.
    let forget = move || {
        drop((version, before));
        Ok(())
    };
    blocking(forget).await?;
    answer
}

/// Loads the image of a microservice that is to be run.
async fn load(
    hosting: Option<&Hosting>,
    package: &Package,
    zip: &Bytes,
) -> Result<Option<Arc<Version>>, Refusal> {
    let (Some(hosting), Package::Microservice(package)) = (hosting, package) else {
        return Ok(None);
    };
    let (hosting, package, zip) = (hosting.clone(), package.clone(), zip.clone());
    blocking(move || {
        let refused = |error| Refusal::invalid(format!("the image cannot be loaded: {error}"));
        let image = hosting.load(zip, &package.image).map_err(refused)?;
        let manifest = package.manifest;
        Ok(Some(Arc::new(Version { manifest, image })))
    })
    .await
}

/// Does on a thread of its own what others should not wait for.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let done = web::block(work).await;
    let broken_off = |_| Refusal::new(500, "application/Internal Server Error", "broken off");
    done.map_err(broken_off)?
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
