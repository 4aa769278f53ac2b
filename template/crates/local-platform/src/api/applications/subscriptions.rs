//! Subscriptions of tenants to applications.
//!
//! - `GET`, `POST /tenant/tenants/{tenant}/applications`
//! - `DELETE /tenant/tenants/{tenant}/applications/{application}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use crate::api::http::{Answer, Body, Call, Routes, media};
use crate::api::{applications, tenants};
use crate::refusal::Refusal;
use crate::state::{Application, Fields, Id, Platform};

const READ: [&str; 2] = ["ROLE_TENANT_MANAGEMENT_READ", "ROLE_TENANT_ADMIN"];

pub(super) fn routes(routes: &mut Routes) {
    let path = "/tenant/tenants/{tenant}/applications";
    routes.at(path).get(list).post(subscribe);
    routes
        .at(&format!("{path}/{{application}}"))
        .delete(unsubscribe);
}

async fn list(call: Call, tenant: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    call.with(|platform| {
        // As the platform's description has it: a tenant that is not there has no applications.
        // Only who is above all tenants learns that it is not there.
        let known = platform.tenant(&tenant).ok();
        let own = tenant.as_str() == call.tenant();
        if !own && !platform.administers(call.tenant(), &tenant) {
            return Err(Refusal::forbidden(
                "Access is denied: not the tenant's parent",
            ));
        }
        let subscribed = known.into_iter().flat_map(|tenant| &tenant.subscriptions);
        let seen = subscribed.filter_map(|id| platform.application(*id).ok());
        let view = |seen| reference(&call, &tenant, seen);
        call.page(media::APPLICATION_REFERENCES, "references", seen, view)
    })
}

async fn subscribe(call: Call, tenant: Path<String>, Body(fields): Body) -> Answer {
    let id = application_in(&fields)?;
    call.with(|platform| {
        may_subscribe(&call, platform, &tenant, id)?;
        platform.subscribe(&tenant, id)?;
        let body = reference(&call, &tenant, platform.application(id)?);
        Ok(call.created(media::APPLICATION_REFERENCE, &body))
    })
}

async fn unsubscribe(call: Call, path: Path<(String, String)>) -> Answer {
    let (tenant, id) = path.into_inner();
    let id = applications::parse_id(&id)?;
    call.with(|platform| {
        may_unsubscribe(&call, platform, &tenant, id)?;
        platform.unsubscribe(&tenant, id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

/// The application's owner subscribes itself and its children: anybody else's tenant would get a
/// user that the owner knows the password of. A tenant above the owner subscribes as it likes.
fn may_subscribe(call: &Call, platform: &Platform, tenant: &str, id: Id) -> Result<(), Refusal> {
    let caller = call.tenant();
    let owner = platform.application(id)?.owner.as_str();
    let above = platform.administers(caller, owner) && call.caller.has_any(&tenants::UPDATE);
    if !above {
        platform.visible_application(&call.caller, id)?;
    }
    let in_reach = tenant == caller || platform.administers(caller, tenant);
    let owns = owner == caller && in_reach && call.caller.has_any(&applications::ADMIN);
    if owns || above {
        Ok(())
    } else {
        Err(Refusal::forbidden(
            "Access is denied: not the application's owner or its parent, or not its own tenant",
        ))
    }
}

fn may_unsubscribe(call: &Call, platform: &Platform, tenant: &str, id: Id) -> Result<(), Refusal> {
    let caller = call.tenant();
    let owns = platform.application(id)?.owner == caller;
    let allowed = tenant == caller && owns && call.caller.has_any(&applications::ADMIN)
        || platform.administers(caller, tenant) && call.caller.has_any(&tenants::UPDATE);
    if allowed {
        return Ok(());
    }
    platform.visible_application(&call.caller, id)?;
    Err(Refusal::forbidden(
        "Access is denied: neither the application's owner nor the parent",
    ))
}

/// The application that `{"application":{"id"}}` or `{"application":{"self"}}` names.
fn application_in(fields: &Fields) -> Result<Id, Refusal> {
    let missing = || Refusal::invalid("application.id or application.self is needed");
    let application = fields.get("application").ok_or_else(missing)?;
    let named = application
        .get("id")
        .or_else(|| application.get("self"))
        .ok_or_else(missing)?;
    let named = named
        .as_str()
        .map_or_else(|| named.to_string(), str::to_owned);
    applications::parse_id(
        named
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or_default(),
    )
}

pub(in crate::api) fn reference(call: &Call, tenant: &str, application: &Application) -> Value {
    let link = format!("/tenant/tenants/{tenant}/applications/{}", application.id);
    json!({"self": call.link(&link), "application": applications::view(call, application)})
}
