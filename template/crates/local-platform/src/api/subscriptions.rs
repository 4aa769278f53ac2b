//! Subscriptions of tenants to applications.
//!
//! - `GET`, `POST /tenant/tenants/{tenant}/applications`
//! - `DELETE /tenant/tenants/{tenant}/applications/{application}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Body;
use super::router::Routes;
use super::{Call, applications, media};
use crate::refusal::Refusal;
use crate::state::{Application, Fields, Id, Platform};

const APPLICATION_ADMIN: [&str; 1] = ["ROLE_APPLICATION_MANAGEMENT_ADMIN"];
const TENANT_UPDATE: [&str; 2] = [
    "ROLE_TENANT_MANAGEMENT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_UPDATE",
];
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
        let known = platform.tenant(&tenant).ok();
        let own = tenant.as_str() == call.tenant();
        if known.is_some() && !own && !platform.is_parent(call.tenant(), &tenant) {
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
        let application = platform.application(id)?;
        let owns = application.owner == call.tenant() && call.caller.has_any(&APPLICATION_ADMIN);
        let parent = platform.is_parent(call.tenant(), &application.owner);
        if !(owns || parent && call.caller.has_any(&TENANT_UPDATE)) {
            let message = "Access is denied: not the application's owner or its parent";
            return Err(Refusal::forbidden(message));
        }
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

fn may_unsubscribe(call: &Call, platform: &Platform, tenant: &str, id: Id) -> Result<(), Refusal> {
    let own_tenant = tenant == call.tenant();
    let owns = platform.application(id)?.owner == call.tenant();
    let parent = platform.is_parent(call.tenant(), tenant);
    let allowed = own_tenant && owns && call.caller.has_any(&APPLICATION_ADMIN)
        || parent && call.caller.has_any(&TENANT_UPDATE);
    if allowed {
        Ok(())
    } else {
        Err(Refusal::forbidden(
            "Access is denied: neither the application's owner nor the parent",
        ))
    }
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

fn reference(call: &Call, tenant: &str, application: &Application) -> Value {
    let link = format!("/tenant/tenants/{tenant}/applications/{}", application.id);
    json!({"self": call.link(&link), "application": applications::view(call, application)})
}
