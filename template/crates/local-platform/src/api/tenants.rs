//! Tenants.
//!
//! - `GET /tenant/currentTenant`: the caller's tenant
//! - `GET`, `POST /tenant/tenants`: the tenants below the caller's
//! - `GET /tenant/tenants/{id}`

use actix_web::web::Path;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::{Body, OpenCall};
use super::router::Routes;
use super::{Call, applications, current_user, media};
use crate::refusal::Refusal;
use crate::state::{NewTenant, Platform, Tenant, format_time};

const READ: [&str; 1] = ["ROLE_TENANT_MANAGEMENT_READ"];
const CREATE: [&str; 2] = [
    "ROLE_TENANT_MANAGEMENT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_CREATE",
];

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/tenant/currentTenant").get(current);
    routes.at("/tenant/tenants").get(list).post(create);
    routes.at("/tenant/tenants/{id}").get(read);
}

async fn current(OpenCall(call): OpenCall) -> Answer {
    if call.caller.bootstraps().is_none() {
        call.caller.require(&current_user::OWN_READ)?;
    }
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let mut body = json!({
            "name": tenant.id,
            "domainName": tenant.domain,
            "allowCreateTenants": platform.may_create_tenants(&tenant.id),
            "applications": {"references": subscribed(&call, platform, tenant)},
            "customProperties": {},
            "self": call.link("/tenant/currentTenant"),
        });
        if call.query.flag("withParent")? == Some(true) {
            body["parent"] = tenant.parent.clone().into();
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
            wanted("domain", Some(&tenant.domain))
                && wanted(
                    "company",
                    tenant.details.get("company").and_then(Value::as_str),
                )
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
        if !platform.is_parent(call.tenant(), &id) {
            // A tenant that is not below the caller's is not told apart from none.
            return Err(Refusal::not_found("tenant", format!("tenant {id}")));
        }
        Ok(Call::found(
            media::TENANT,
            &view(&call, platform, platform.tenant(&id)?),
        ))
    })
}

fn view(call: &Call, platform: &Platform, tenant: &Tenant) -> Value {
    let link = call.link(&format!("/tenant/tenants/{}", tenant.id));
    let applications = format!("{link}/applications");
    let mut body = tenant.details.clone();
    body.insert("id".to_owned(), tenant.id.clone().into());
    body.insert("domain".to_owned(), tenant.domain.clone().into());
    body.insert("status".to_owned(), "ACTIVE".into());
    body.insert(
        "creationTime".to_owned(),
        format_time(tenant.created).into(),
    );
    let may_create = platform.may_create_tenants(&tenant.id);
    body.insert("allowCreateTenants".to_owned(), may_create.into());
    if let Some(parent) = &tenant.parent {
        body.insert("parent".to_owned(), parent.clone().into());
    }
    let references = subscribed(call, platform, tenant);
    body.insert(
        "applications".to_owned(),
        json!({"self": applications, "references": references}),
    );
    body.insert("self".to_owned(), link.into());
    body.into()
}

fn subscribed(call: &Call, platform: &Platform, tenant: &Tenant) -> Vec<Value> {
    let applications = tenant
        .subscriptions
        .iter()
        .filter_map(|id| platform.application(*id).ok());
    applications
        .map(|application| applications::view(call, application))
        .collect()
}
