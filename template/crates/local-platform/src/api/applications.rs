//! Applications.
//!
//! - `GET`, `POST /application/applications` (filters `name`, `type`, `owner`, `tenant`,
//!   `subscriber`, `providedFor`, `user`, `hasVersions`)
//! - `GET`, `PUT`, `DELETE /application/applications/{id}`
//! - `GET /application/applications/{id}/bootstrapUser`: credentials of a microservice's bootstrap
//!   user
//! - `GET /application/applicationsByName/{name}`, `…ByOwner/{tenant}`, `…ByTenant/{tenant}`,
//!   `…ByUser/{user}`

mod current_application;
mod logs;
pub(super) mod subscriptions;
mod uploads;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use super::http::{Answer, Body, Call, Routes, media};
use super::users::current_user;
use crate::refusal::Refusal;
use crate::runtime::Instances;
use crate::state::{Application, ApplicationFilter, Id, NewApplication, Platform};

const READ: [&str; 1] = ["ROLE_APPLICATION_MANAGEMENT_READ"];
const ADMIN: [&str; 1] = ["ROLE_APPLICATION_MANAGEMENT_ADMIN"];
/// The platform's description asks for this one to update an application.
const UPDATE: [&str; 1] = ["ROLE_USER_MANAGEMENT_ADMIN"];
const READ_USERS: [&str; 1] = ["ROLE_USER_MANAGEMENT_READ"];

pub(super) fn routes(routes: &mut Routes) {
    let path = "/application/applications";
    routes.at(path).get(list).post(create);
    routes
        .at(&format!("{path}/{{id}}"))
        .get(read)
        .put(update)
        .delete(delete);
    routes
        .at(&format!("{path}/{{id}}/bootstrapUser"))
        .get(bootstrap_user);
    routes.at(&format!("{path}ByName/{{name}}")).get(by_name);
    routes
        .at(&format!("{path}ByOwner/{{tenant}}"))
        .get(by_owner);
    routes
        .at(&format!("{path}ByTenant/{{tenant}}"))
        .get(by_tenant);
    routes.at(&format!("{path}ByUser/{{user}}")).get(by_user);
    current_application::routes(routes);
    logs::routes(routes);
    subscriptions::routes(routes);
    uploads::routes(routes);
}

async fn list(call: Call) -> Answer {
    call.caller.require(&READ)?;
    let filter = ApplicationFilter {
        name: call.query.text("name"),
        types: call.query.list("type"),
        owner: call.query.text("owner"),
        tenant: call.query.text("tenant"),
        subscriber: call.query.text("subscriber"),
        provided_for: call.query.text("providedFor"),
        user: call.query.text("user"),
    };
    // Versions of web applications are not simulated: no application has any.
    if call.query.flag("hasVersions")? == Some(true) {
        return call.page(media::APPLICATIONS, "applications", [], |none: Value| none);
    }
    page(&call, &filter)
}

async fn by_name(call: Call, name: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    let name = Some(name.into_inner());
    page(
        &call,
        &ApplicationFilter {
            name,
            ..Default::default()
        },
    )
}

async fn by_owner(call: Call, tenant: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    let owner = Some(tenant.into_inner());
    page(
        &call,
        &ApplicationFilter {
            owner,
            ..Default::default()
        },
    )
}

async fn by_tenant(call: Call, tenant: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    let tenant = Some(tenant.into_inner());
    page(
        &call,
        &ApplicationFilter {
            tenant,
            ..Default::default()
        },
    )
}

async fn by_user(call: Call, user: Path<String>) -> Answer {
    let is_caller = call.caller.user == *user;
    if !(is_caller && call.caller.has_any(&current_user::OWN_READ)) {
        call.caller.require(&READ_USERS)?;
        call.caller.require(&READ)?;
    }
    let user = Some(user.into_inner());
    page(
        &call,
        &ApplicationFilter {
            user,
            ..Default::default()
        },
    )
}

fn page(call: &Call, filter: &ApplicationFilter) -> Answer {
    call.with(|platform| {
        let seen = platform.visible_applications(&call.caller, filter);
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
    call.with(|platform| {
        let application = platform.visible_application(&call.caller, parse_id(&id)?);
        let of_its_service = application
            .as_ref()
            .is_ok_and(|it| call.caller.origin == crate::state::Origin::Subscription(it.id));
        if !of_its_service {
            call.caller.require(&READ)?;
        }
        Ok(Call::found(media::APPLICATION, &view(&call, application?)))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    call.caller.require(&UPDATE)?;
    call.with(|platform| {
        let id = own(&call, platform, &id)?.id;
        let application = platform.update_application(id, fields)?;
        Ok(call.updated(media::APPLICATION, &view(&call, application)))
    })
}

async fn delete(call: Call, id: Path<String>, instances: Data<Instances>) -> Answer {
    call.caller.require(&ADMIN)?;
    let force = call.query.flag("force")?.unwrap_or_default();
    let id = call.with(|platform| {
        let id = own(&call, platform, &id)?.id;
        platform.delete_application(id, force).map(|()| id)
    })?;
    instances.end(id, |_| true);
    Ok(HttpResponse::NoContent().finish())
}

async fn bootstrap_user(call: Call, id: Path<String>) -> Answer {
    call.caller.require(&ADMIN)?;
    call.with(|platform| {
        let application = own(&call, platform, &id)?;
        let user = platform.bootstrap_user(application)?;
        let body = json!({
            "tenant": application.owner, "name": user.name, "password": user.password,
        });
        Ok(Call::found(media::USER, &body))
    })
}

/// An application that the caller's tenant has, not merely sees.
fn own<'a>(call: &Call, platform: &'a Platform, id: &str) -> Result<&'a Application, Refusal> {
    let application = platform.visible_application(&call.caller, parse_id(id)?)?;
    if application.owner == call.tenant() {
        Ok(application)
    } else {
        Err(Refusal::forbidden(
            "Access is denied: the application belongs to another tenant",
        ))
    }
}

fn parse_id(id: &str) -> Result<Id, Refusal> {
    let not_found = |_| Refusal::not_found("application", format!("application {id}"));
    id.parse().map_err(not_found)
}

fn view(call: &Call, application: &Application) -> Value {
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
