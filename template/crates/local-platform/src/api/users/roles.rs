//! Roles, and which users have them.
//!
//! - `GET /user/roles`: all roles of the caller's tenant
//! - `GET /user/roles/{name}`
//! - `POST /user/{tenant}/users/{user}/roles`: assigns a role
//! - `DELETE /user/{tenant}/users/{user}/roles/{role}`: takes it away

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::Value;

use super::{ADMIN, LIST, READ, own, view};
use crate::api::http::{Answer, Body, Call, Routes, media};
use crate::refusal::Refusal;
use crate::state::{Fields, Platform, role_reference};

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/user/roles").get(list);
    routes.at("/user/roles/{name}").get(read);
    routes.at("/user/{tenant}/users/{user}/roles").post(assign);
    routes
        .at("/user/{tenant}/users/{user}/roles/{role}")
        .delete(unassign);
}

async fn list(call: Call) -> Answer {
    call.caller.require(&LIST)?;
    call.with(|platform| {
        let roles = accessible(&call, platform)?;
        call.page(media::ROLES, "roles", roles, |role| {
            view::role(&call, &role)
        })
    })
}

async fn read(call: Call, name: Path<String>) -> Answer {
    call.caller.require(&LIST)?;
    call.with(|platform| {
        if !accessible(&call, platform)?.contains(&name) {
            return Err(Refusal::not_found("user", format!("role {name}")));
        }
        Ok(Call::found(media::ROLE, &view::role(&call, &name)))
    })
}

/// The roles that a caller sees: all, or the caller's own.
fn accessible(call: &Call, platform: &Platform) -> Result<Vec<String>, Refusal> {
    let mut roles = platform.roles_in(platform.tenant(call.tenant())?);
    if !call.caller.has_any(&READ) {
        roles.retain(|role| call.caller.has_any(&[role]));
    }
    Ok(roles)
}

async fn assign(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    let (tenant, name) = path.into_inner();
    let role = named_role(fields);
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        let user = own.user_for(&call.caller, &ADMIN, &name)?;
        let role = role?;
        platform.may_assign(own, &call.caller, &role)?;
        let link = view::user_link(&call, own, user);
        platform.tenant_mut(&tenant)?.assign_role(&name, &role)?;
        let body = view::role_reference(&call, &link, &role);
        Ok(call.created(media::ROLE_REFERENCE, &body))
    })
}

/// The role that a reference names.
pub(super) fn named_role(fields: Fields) -> Result<String, Refusal> {
    let role = role_reference(&Value::Object(fields));
    role.ok_or_else(|| Refusal::invalid("role.self or role.id is needed"))
}

async fn unassign(call: Call, path: Path<(String, String, String)>) -> Answer {
    let (tenant, name, role) = path.into_inner();
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        // As the platform's description has it: reading users is enough to take a role away.
        let any_of = [READ, ADMIN].concat();
        own.user_for(&call.caller, &any_of, &name)?;
        if !call.caller.has_any(&any_of) {
            // Who is merely above the user takes away what they hold themselves.
            call.caller.require(&[&role])?;
        }
        let all = platform.roles_in(own);
        let own = platform.tenant_mut(&tenant)?;
        own.unassign_role(&name, &role, all)
    })?;
    Ok(HttpResponse::NoContent().finish())
}
