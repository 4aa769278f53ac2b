//! Groups of users, which the platform's pages call global roles.
//!
//! - `GET`, `POST /user/{tenant}/groups`: the tenant's groups
//! - `GET`, `PUT`, `DELETE /user/{tenant}/groups/{id}`
//! - `GET /user/{tenant}/groupByName/{name}`
//! - `GET`, `POST /user/{tenant}/groups/{id}/users`, `DELETE …/{user}`: who is in a group
//! - `GET`, `POST /user/{tenant}/groups/{id}/roles`, `DELETE …/{role}`: its roles
//! - `GET /user/{tenant}/users/{user}/groups`: a user's groups

use actix_web::HttpResponse;
use actix_web::web::Path;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::roles::named_role;
use super::{ADMIN, CREATE, LIST, READ, own, view};
use crate::api::http::{Answer, Body, Call, Routes, media};
use crate::refusal::Refusal;
use crate::state::{Fields, GroupId, Platform};

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/user/{tenant}/groups").get(list).post(create);
    routes
        .at("/user/{tenant}/groups/{id}")
        .get(read)
        .put(update)
        .delete(delete);
    let by_name = "/user/{tenant}/groupByName/{name}";
    routes.at(by_name).get(read_by_name);
    let users = "/user/{tenant}/groups/{id}/users";
    routes.at(users).get(users_in).post(add_user);
    let user = "/user/{tenant}/groups/{id}/users/{user}";
    routes.at(user).delete(remove_user);
    let roles = "/user/{tenant}/groups/{id}/roles";
    routes.at(roles).get(roles_of).post(assign);
    let role = "/user/{tenant}/groups/{id}/roles/{role}";
    routes.at(role).delete(unassign);
    let of_user = "/user/{tenant}/users/{user}/groups";
    routes.at(of_user).get(groups_of);
}

async fn list(call: Call, tenant: Path<String>) -> Answer {
    call.caller.require(&LIST)?;
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        call.page(media::GROUPS, "groups", own.groups.iter(), |(id, group)| {
            view::group(&call, platform, own, id, group)
        })
    })
}

async fn create(call: Call, tenant: Path<String>, Body(fields): Body) -> Answer {
    call.caller.require(&CREATE)?;
    call.with(|platform| {
        own(&call, platform, &tenant)?;
        let id = platform.tenant_mut(&tenant)?.add_group(fields)?;
        Ok(call.created(media::GROUP, &seen(&call, platform, &tenant, id)?))
    })
}

async fn read(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&[LIST, CREATE].concat())?;
    let (tenant, id) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?;
        let group = seen(&call, platform, &tenant, number(&id)?)?;
        Ok(Call::found(media::GROUP, &group))
    })
}

async fn read_by_name(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&LIST)?;
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        let (id, _) = own(&call, platform, &tenant)?.groups.by_name(&name)?;
        let group = seen(&call, platform, &tenant, id)?;
        Ok(Call::found(media::GROUP, &group))
    })
}

async fn update(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, id) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?;
        let id = number(&id)?;
        platform.tenant_mut(&tenant)?.update_group(id, fields)?;
        Ok(call.updated(media::GROUP, &seen(&call, platform, &tenant, id)?))
    })
}

async fn delete(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, id) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?;
        platform.tenant_mut(&tenant)?.remove_group(number(&id)?)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn users_in(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&LIST)?;
    let (tenant, id) = path.into_inner();
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        let id = number(&id)?;
        own.groups.get(id)?;
        let link = view::group_link(&call, own, id);
        let users = own
            .users_in(id)
            .filter(|user| own.reaches(&call.caller, &READ, user));
        call.page(media::USER_REFERENCES, "references", users, |user| {
            let reference = format!("{link}/users/{}", user.name);
            json!({"self": reference, "user": view::user(&call, own, user, platform)})
        })
    })
}

async fn add_user(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    call.caller.require(&CREATE)?;
    let (tenant, id) = path.into_inner();
    let name = named_user(&fields);
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        let (id, name) = (number(&id)?, name?);
        own.groups.get(id)?;
        own.user_for(&call.caller, &ADMIN, &name)?;
        platform.may_assign_group(own, &call.caller, id)?;
        platform.tenant_mut(&tenant)?.add_to_group(id, &name)?;
        let own = platform.tenant(&tenant)?;
        let link = view::group_link(&call, own, id);
        let user = view::user(&call, own, own.user(&name)?, platform);
        let body = json!({"self": format!("{link}/users/{name}"), "user": user});
        Ok(call.created(media::USER_REFERENCE, &body))
    })
}

/// The user that `{"user":{"self":…}}` names, or `id` instead of `self`.
fn named_user(fields: &Fields) -> Result<String, Refusal> {
    let user = fields.get("user").and_then(|user| {
        let link = user.get("self").and_then(Value::as_str);
        let name = link.and_then(|link| link.rsplit('/').next()).map(|name| {
            let decoded = percent_decode_str(name).decode_utf8_lossy();
            decoded.into_owned()
        });
        name.or_else(|| Some(user.get("id")?.as_str()?.to_owned()))
    });
    user.ok_or_else(|| Refusal::invalid("user.self or user.id is needed"))
}

async fn remove_user(call: Call, path: Path<(String, String, String)>) -> Answer {
    let (tenant, id, name) = path.into_inner();
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        own.user_for(&call.caller, &ADMIN, &name)?;
        let own = platform.tenant_mut(&tenant)?;
        own.remove_from_group(number(&id)?, &name)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn roles_of(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&READ)?;
    let (tenant, id) = path.into_inner();
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        let id = number(&id)?;
        let roles = &own.groups.get(id)?.roles;
        let roles = roles.names(|| platform.roles_in(own));
        let link = view::group_link(&call, own, id);
        call.page(media::ROLE_REFERENCES, "references", roles, |role| {
            view::role_reference(&call, &link, &role)
        })
    })
}

async fn assign(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, id) = path.into_inner();
    let role = named_role(fields)?;
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        let id = number(&id)?;
        own.groups.get(id)?;
        platform.may_assign(own, &call.caller, &role)?;
        let link = view::group_link(&call, own, id);
        let own = platform.tenant_mut(&tenant)?;
        own.assign_group_role(id, &role)?;
        let body = view::role_reference(&call, &link, &role);
        Ok(call.created(media::ROLE_REFERENCE, &body))
    })
}

async fn unassign(call: Call, path: Path<(String, String, String)>) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, id, role) = path.into_inner();
    call.with(|platform| {
        let all = platform.roles_in(own(&call, platform, &tenant)?);
        let own = platform.tenant_mut(&tenant)?;
        own.unassign_group_role(number(&id)?, &role, all)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn groups_of(call: Call, path: Path<(String, String)>) -> Answer {
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        let user = own.user_for(&call.caller, &READ, &name)?;
        let link = view::user_link(&call, own, user);
        let groups = own.groups_of(user);
        call.page(
            media::GROUP_REFERENCES,
            "references",
            groups,
            |(id, group)| {
                json!({
                    "self": format!("{link}/groups/{id}"),
                    "group": view::group(&call, platform, own, id, group),
                })
            },
        )
    })
}

/// The ID in a path. What is no number is no group's.
fn number(id: &str) -> Result<GroupId, Refusal> {
    id.parse()
        .map_err(|_| Refusal::not_found("user", format!("group {id}")))
}

fn seen(call: &Call, platform: &Platform, tenant: &str, id: GroupId) -> Result<Value, Refusal> {
    let tenant = platform.tenant(tenant)?;
    let group = tenant.groups.get(id)?;
    Ok(view::group(call, platform, tenant, id, group))
}
