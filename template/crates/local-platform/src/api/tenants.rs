//! Tenants.
//!
//! - `GET /tenant/currentTenant`: the caller's tenant
//! - `GET`, `POST /tenant/tenants`: the tenants below the caller's (filters `domain`, `company`,
//!   `parent`)
//! - `GET`, `PUT`, `DELETE /tenant/tenants/{id}`

mod options;
mod statistics;

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::applications::subscriptions;
use super::http::{Answer, Body, Call, OpenCall, Routes, media};
use super::users::current_user;
use crate::refusal::Refusal;
use crate::state::{Application, NewTenant, Platform, Tenant, TenantUpdate, format_time};

const READ: [&str; 1] = ["ROLE_TENANT_MANAGEMENT_READ"];
const CREATE: [&str; 2] = [
    "ROLE_TENANT_MANAGEMENT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_CREATE",
];
pub(super) const UPDATE: [&str; 2] = [
    "ROLE_TENANT_MANAGEMENT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_UPDATE",
];
const DELETE: [&str; 1] = ["ROLE_TENANT_MANAGEMENT_ADMIN"];

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/tenant/currentTenant").get(current);
    routes.at("/tenant/tenants").get(list).post(create);
    routes
        .at("/tenant/tenants/{id}")
        .get(read)
        .put(update)
        .delete(delete);
    options::routes(routes);
    statistics::routes(routes);
}

async fn current(OpenCall(call): OpenCall) -> Answer {
    if call.caller.bootstraps().is_none() {
        call.caller.require(&current_user::OWN_READ)?;
    }
    let with_parent = call.query.flag("withParent")?.unwrap_or_default();
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let mut body = json!({
            "name": tenant.id,
            "domainName": tenant.domain,
            "allowCreateTenants": platform.may_create_tenants(&tenant.id),
            "applications": {"references": references(&call, tenant, subscribed(platform, tenant))},
            "customProperties": custom_properties(tenant),
            "self": call.link("/tenant/currentTenant"),
        });
        if let Some(parent) = tenant.parent.as_deref().filter(|_| with_parent) {
            body["parent"] = parent.into();
        }
        Ok(Call::found(media::CURRENT_TENANT, &body))
    })
}

async fn list(call: Call) -> Answer {
    call.caller.require(&READ)?;
    let wanted = |filter: &str, value: Option<&str>| {
        call.query
            .get(filter)
            .is_none_or(|wanted| Some(wanted) == value)
    };
    call.with(|platform| {
        let tenants = platform.subtenants(call.tenant()).filter(|tenant| {
            let company = tenant.details.get("company").and_then(Value::as_str);
            wanted("domain", Some(&tenant.domain))
                && wanted("company", company)
                && wanted("parent", tenant.parent.as_deref())
        });
        call.page(media::TENANTS, "tenants", tenants, |tenant| {
            view(&call, platform, tenant)
        })
    })
}

async fn create(call: Call, Body(fields): Body) -> Answer {
    call.caller.require(&CREATE)?;
    let new = NewTenant::parse(fields)?;
    call.with(|platform| {
        if !platform.may_create_tenants(call.tenant()) {
            let message = format!("tenant {} is not allowed to create tenants", call.tenant());
            return Err(Refusal::forbidden(message));
        }
        let id = platform.create_tenant(new)?.id.clone();
        Ok(call.created(media::TENANT, &view(&call, platform, platform.tenant(&id)?)))
    })
}

async fn read(call: Call, id: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    call.with(|platform| {
        let tenant = below(&call, platform, &id)?;
        Ok(Call::found(media::TENANT, &view(&call, platform, tenant)))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    call.caller.require(&UPDATE)?;
    let update = TenantUpdate::parse(fields)?;
    call.with(|platform| {
        below(&call, platform, &id)?;
        platform.update_tenant(&id, update)?;
        let body = view(&call, platform, platform.tenant(&id)?);
        Ok(call.updated(media::TENANT, &body))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    call.caller.require(&DELETE)?;
    call.with(|platform| {
        if !platform.manages(call.tenant()) {
            let message = "Access is denied: a tenant is suspended by its parent, not deleted";
            return Err(Refusal::forbidden(message));
        }
        platform.delete_tenant(&id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

/// A tenant below the caller's. Any other is not told apart from none.
fn below<'a>(call: &Call, platform: &'a Platform, id: &str) -> Result<&'a Tenant, Refusal> {
    if platform.administers(call.tenant(), id) {
        platform.tenant(id)
    } else {
        Err(Refusal::not_found("tenant", format!("tenant {id}")))
    }
}

fn view(call: &Call, platform: &Platform, tenant: &Tenant) -> Value {
    let link = call.link(&format!("/tenant/tenants/{}", tenant.id));
    let status = if tenant.suspended {
        "SUSPENDED"
    } else {
        "ACTIVE"
    };
    let mut body = Value::from(tenant.details.clone());
    body["id"] = tenant.id.clone().into();
    body["domain"] = tenant.domain.clone().into();
    body["status"] = status.into();
    body["creationTime"] = format_time(tenant.created).into();
    body["allowCreateTenants"] = platform.may_create_tenants(&tenant.id).into();
    body["customProperties"] = custom_properties(tenant);
    if let Some(parent) = &tenant.parent {
        body["parent"] = parent.clone().into();
    }
    let subscribed = references(call, tenant, subscribed(platform, tenant));
    let applications = format!("{link}/applications");
    body["applications"] = json!({"self": applications, "references": subscribed});
    let offered = references(call, tenant, platform.offered_by(&tenant.id));
    let applications = format!("/application/applicationsByOwner/{}", tenant.id);
    body["ownedApplications"] = json!({"self": call.link(&applications), "references": offered});
    body["self"] = link.into();
    body
}

fn custom_properties(tenant: &Tenant) -> Value {
    let given = tenant.details.get("customProperties").cloned();
    given.unwrap_or_else(|| json!({}))
}

fn subscribed<'a>(
    platform: &'a Platform,
    tenant: &'a Tenant,
) -> impl Iterator<Item = &'a Application> {
    let ids = tenant.subscriptions.iter();
    ids.filter_map(|id| platform.application(*id).ok())
}

/// Applications as a tenant refers to them.
fn references<'a>(
    call: &Call,
    tenant: &Tenant,
    applications: impl Iterator<Item = &'a Application>,
) -> Vec<Value> {
    applications
        .map(|application| subscriptions::reference(call, &tenant.id, application))
        .collect()
}
