//! Faults of a running platform, for people. Not a part of the platform's API: open to whoever is
//! on this machine, except to pages in a browser, itself never at fault, and neither recorded nor
//! counted.
//!
//! - `GET /local-platform/faults`: the faults in their order, and how often each was met
//! - `POST /local-platform/faults`: injects one
//! - `DELETE /local-platform/faults`: takes all back
//! - `DELETE /local-platform/faults/{id}`: takes one back

use actix_web::http::header::{LOCATION, ORIGIN};
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::json;
use super::list::{Entry, Faults};
use crate::path::lies_below;
use crate::refusal::Refusal;

const AREA: &str = "/local-platform";
const PATH: &str = "/local-platform/faults";

pub(crate) fn routes(config: &mut ServiceConfig) {
    let all = web::resource(["/faults", "/faults/"])
        .route(web::get().to(list))
        .route(web::post().to(inject))
        .route(web::delete().to(clear))
        .default_service(web::to(refuse));
    let one = web::resource("/faults/{id}")
        .route(web::delete().to(remove))
        .default_service(web::to(refuse));
    config.service(web::scope(AREA).service(all).service(one));
}

/// Whether a path controls the local platform instead of being one of the platform's.
pub(crate) fn is_control(path: &str) -> bool {
    lies_below(path, AREA)
}

async fn list(faults: Data<Faults>) -> HttpResponse {
    let faults: Vec<Value> = faults.all().iter().map(Entry::to_json).collect();
    HttpResponse::Ok()
        .content_type("application/json")
        .body(json!({"faults": faults}).to_string())
}

/// A browser says which page sends a request that changes something. Any page could: there is no
/// login.
fn refuse_pages(request: &HttpRequest) -> Result<(), Refusal> {
    if request.headers().contains_key(ORIGIN) {
        let message = "Access is denied: not open to pages in a browser";
        return Err(Refusal::forbidden(message));
    }
    Ok(())
}

async fn inject(
    request: HttpRequest,
    faults: Data<Faults>,
    body: Bytes,
) -> Result<HttpResponse, Refusal> {
    refuse_pages(&request)?;
    let entry = faults.add(json::parse(&body)?);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, format!("{PATH}/{}", entry.id)))
        .content_type("application/json")
        .body(entry.to_json().to_string()))
}

async fn clear(request: HttpRequest, faults: Data<Faults>) -> Result<HttpResponse, Refusal> {
    refuse_pages(&request)?;
    faults.clear();
    Ok(HttpResponse::NoContent().finish())
}

async fn remove(
    request: HttpRequest,
    faults: Data<Faults>,
    id: Path<String>,
) -> Result<HttpResponse, Refusal> {
    refuse_pages(&request)?;
    let removed = id.parse().is_ok_and(|id| faults.remove(id));
    if removed {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Refusal::not_found("local-platform", format!("fault {id}")))
    }
}

async fn refuse() -> Result<HttpResponse, Refusal> {
    Err(Refusal::new(
        405,
        "local-platform/Method Not Allowed",
        format!("Allowed: GET, POST and DELETE {PATH}, DELETE {PATH}/{{id}}"),
    ))
}
