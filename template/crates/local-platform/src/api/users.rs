//! Users of a tenant.
//!
//! - `GET`, `POST /user/{tenant}/users`: the tenant's users
//! - `GET`, `PUT`, `DELETE /user/{tenant}/users/{user}`
//! - `POST /user/{tenant}/users/{user}/roles`: assigns a role
//! - `DELETE /user/{tenant}/users/{user}/roles/{role}`: takes it away

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::{Body, encode};
use super::router::Routes;
use super::{Call, media};
use crate::refusal::Refusal;
use crate::state::{Fields, NewUser, Platform, Tenant, User, format_time, role_reference};

const ADMIN: [&str; 2] = ["ROLE_USER_MANAGEMENT_ADMIN", "ROLE_USER_MANAGEMENT_CREATE"];
const READ: [&str; 2] = ["ROLE_USER_MANAGEMENT_READ", "ROLE_USER_MANAGEMENT_CREATE"];

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/user/{tenant}/users").get(list).post(create);
    routes
        .at("/user/{tenant}/users/{user}")
        .get(read)
        .put(update)
        .delete(delete);
    routes.at("/user/{tenant}/users/{user}/roles").post(assign);
    routes
        .at("/user/{tenant}/users/{user}/roles/{role}")
        .delete(unassign);
}

async fn list(call: Call, tenant: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    call.query.refuse(&[
        "groups",
        "onlyDevices",
        "owner",
        "usernameContains",
        "withSubusersCount",
    ])?;
    let prefix = call
        .query
        .get("username")
        .unwrap_or_default()
        .to_lowercase();
    call.with(|platform| {
        let tenant = own(&call, platform, &tenant)?;
        let users = tenant
            .users
            .values()
            .filter(|user| user.name.to_lowercase().starts_with(&prefix));
        call.page(media::USERS, "users", users, |user| {
            seen(&call, platform, tenant, user)
        })
    })
}

async fn create(call: Call, tenant: Path<String>, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let new = NewUser::parse(fields)?;
    call.with(|platform| {
        let own = own(&call, platform, &tenant)?;
        for role in &new.roles {
            platform.may_assign(own, &call.caller, role)?;
        }
        let name = platform.tenant_mut(&tenant)?.add_user(new)?.name.clone();
        let tenant = platform.tenant(&tenant)?;
        let user = seen(&call, platform, tenant, tenant.user(&name)?);
        Ok(call.created(media::USER, &user))
    })
}

async fn read(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&READ)?;
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        let tenant = own(&call, platform, &tenant)?;
        let user = seen(&call, platform, tenant, tenant.user(&name)?);
        Ok(Call::found(media::USER, &user))
    })
}

async fn update(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?;
        platform
            .tenant_mut(&tenant)?
            .update_user(&call.caller, &name, fields)?;
        let tenant = platform.tenant(&tenant)?;
        let user = seen(&call, platform, tenant, tenant.user(&name)?);
        Ok(call.updated(media::USER, &user))
    })
}

async fn delete(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?;
        platform
            .tenant_mut(&tenant)?
            .remove_user(&call.caller, &name)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn assign(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, name) = path.into_inner();
    let role = role_reference(&Value::Object(fields))
        .ok_or_else(|| Refusal::invalid("role.self or role.id is needed"))?;
    call.with(|platform| {
        platform.may_assign(own(&call, platform, &tenant)?, &call.caller, &role)?;
        platform.tenant_mut(&tenant)?.assign_role(&name, &role)
    })?;
    let link = format!("/user/{tenant}/users/{}/roles/{role}", encode(&name));
    let body = json!({"self": call.link(&link), "role": self::role(&call, &role)});
    Ok(call.created(media::ROLE_REFERENCE, &body))
}

async fn unassign(call: Call, path: Path<(String, String, String)>) -> Answer {
    // As the platform's description has it: reading users is enough to take a role away.
    call.caller.require(&[READ, ADMIN].concat())?;
    let (tenant, name, role) = path.into_inner();
    call.with(|platform| {
        let all = platform.roles_in(own(&call, platform, &tenant)?);
        platform
            .tenant_mut(&tenant)?
            .unassign_role(&name, &role, all)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

/// The tenant in the path, which has to be the caller's.
fn own<'a>(call: &Call, platform: &'a Platform, tenant: &str) -> Result<&'a Tenant, Refusal> {
    if tenant == call.tenant() {
        platform.tenant(tenant)
    } else {
        Err(Refusal::forbidden(format!(
            "Access is denied: users of tenant {tenant}"
        )))
    }
}

fn seen(call: &Call, platform: &Platform, tenant: &Tenant, user: &User) -> Value {
    view(call, tenant, user, &platform.effective_roles(tenant, user))
}

pub(super) fn view(call: &Call, tenant: &Tenant, user: &User, roles: &[String]) -> Value {
    let link = call.link(&format!("/user/{}/users/{}", tenant.id, encode(&user.name)));
    let references: Value = roles
        .iter()
        .map(|name| json!({"self": format!("{link}/roles/{name}"), "role": role(call, name)}))
        .collect();
    let mut body = profile(user);
    body.insert("enabled".to_owned(), user.enabled.into());
    body.insert(
        "roles".to_owned(),
        json!({"self": format!("{link}/roles"), "references": references}),
    );
    body.insert(
        "groups".to_owned(),
        json!({"self": format!("{link}/groups"), "references": []}),
    );
    body.insert("applications".to_owned(), json!([]));
    body.insert("self".to_owned(), link.into());
    Value::Object(body)
}

/// What every view of a user shows.
pub(super) fn profile(user: &User) -> Fields {
    let mut body = user.profile.clone();
    body.insert("id".to_owned(), user.name.clone().into());
    body.insert("userName".to_owned(), user.name.clone().into());
    body.insert(
        "lastPasswordChange".to_owned(),
        format_time(user.password_changed).into(),
    );
    body.insert("shouldResetPassword".to_owned(), false.into());
    body
}

pub(super) fn role(call: &Call, name: &str) -> Value {
    json!({"id": name, "name": name, "self": call.link(&format!("/user/roles/{name}"))})
}
