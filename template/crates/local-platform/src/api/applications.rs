//! Applications.
//!
//! - `GET`, `POST /application/applications` (filters `name`, `type`, `owner`)
//! - `GET`, `PUT`, `DELETE /application/applications/{id}`
//! - `GET /application/applications/{id}/bootstrapUser`: credentials of a microservice's bootstrap
//!   user
//! - `GET /application/applicationsByName/{name}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Body;
use super::router::Routes;
use super::{Call, media};
use crate::refusal::Refusal;
use crate::state::{Application, Id, NewApplication};

const READ: [&str; 1] = ["ROLE_APPLICATION_MANAGEMENT_READ"];
const ADMIN: [&str; 1] = ["ROLE_APPLICATION_MANAGEMENT_ADMIN"];
/// The platform's description asks for this one to update an application.
const UPDATE: [&str; 1] = ["ROLE_USER_MANAGEMENT_ADMIN"];

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/application/applications")
        .get(list)
        .post(create);
    routes
        .at("/application/applications/{id}")
        .get(read)
        .put(update)
        .delete(delete);
    routes
        .at("/application/applications/{id}/bootstrapUser")
        .get(bootstrap_user);
    routes
        .at("/application/applicationsByName/{name}")
        .get(by_name);
}

async fn list(call: Call) -> Answer {
    call.query
        .refuse(&["hasVersions", "providedFor", "subscriber", "tenant", "user"])?;
    let wanted = |filter: &str, value: &str| call.query.get(filter).is_none_or(|it| it == value);
    let types = call.query.list("type");
    select(&call, |application| {
        wanted("name", application.name())
            && wanted("owner", &application.owner)
            && (types.is_empty() || types.iter().any(|it| it == application.kind()))
    })
}

async fn by_name(call: Call, name: Path<String>) -> Answer {
    select(&call, |application| application.name() == name.as_str())
}

fn select(call: &Call, wanted: impl Fn(&Application) -> bool) -> Answer {
    call.caller.require(&READ)?;
    call.with(|platform| {
        let mut seen = platform.visible_applications(&call.caller);
        seen.retain(|application| wanted(application));
        call.page(media::APPLICATIONS, "applications", seen, |seen| {
            view(call, seen)
        })
    })
}

async fn create(call: Call, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let new = NewApplication::parse(fields)?;
    call.with(|platform| {
        let application = platform.create_application(call.tenant(), new)?;
        Ok(call.created(media::APPLICATION, &view(&call, application)))
    })
}

async fn read(call: Call, id: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    call.with(|platform| {
        let application = platform.visible_application(&call.caller, parse_id(&id)?)?;
        Ok(Call::found(media::APPLICATION, &view(&call, application)))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    call.caller.require(&UPDATE)?;
    call.with(|platform| {
        let id = own(&call, platform, &id)?;
        let application = platform.update_application(id, fields)?;
        Ok(call.updated(media::APPLICATION, &view(&call, application)))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    call.caller.require(&ADMIN)?;
    call.with(|platform| {
        let id = own(&call, platform, &id)?;
        platform.delete_application(id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn bootstrap_user(call: Call, id: Path<String>) -> Answer {
    call.caller.require(&ADMIN)?;
    call.with(|platform| {
        let id = own(&call, platform, &id)?;
        let application = platform.application(id)?;
        let user = platform.bootstrap_user(application)?;
        let body = json!({
            "tenant": application.owner, "name": user.name, "password": user.password,
        });
        Ok(Call::found(media::USER, &body))
    })
}

/// An application that the caller's tenant has, not merely sees.
fn own(call: &Call, platform: &crate::state::Platform, id: &str) -> Result<Id, Refusal> {
    let application = platform.visible_application(&call.caller, parse_id(id)?)?;
    if application.owner == call.tenant() {
        Ok(application.id)
    } else {
        Err(Refusal::forbidden(
            "Access is denied: the application belongs to another tenant",
        ))
    }
}

pub(super) fn parse_id(id: &str) -> Result<Id, Refusal> {
    let not_found = |_| Refusal::not_found("application", format!("application {id}"));
    id.parse().map_err(not_found)
}

pub(super) fn view(call: &Call, application: &Application) -> Value {
    let owner = &application.owner;
    let mut body = application.fields.clone();
    let id = application.id.to_string();
    body.insert(
        "self".to_owned(),
        call.link(&format!("/application/applications/{id}")).into(),
    );
    body.insert("id".to_owned(), id.into());
    let owner_link = call.link(&format!("/tenant/tenants/{owner}"));
    body.insert(
        "owner".to_owned(),
        json!({"self": owner_link, "tenant": {"id": owner}}),
    );
    body.into()
}
