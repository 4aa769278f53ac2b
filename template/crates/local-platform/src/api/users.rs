//! Users of a tenant.
//!
//! - `GET`, `POST /user/{tenant}/users`: the tenant's users
//! - `GET`, `PUT`, `DELETE /user/{tenant}/users/{user}`
//! - `GET /user/{tenant}/userByName/{user}`

pub(super) mod current_user;
mod groups;
mod hierarchy;
mod login;
mod roles;
mod two_factor;
mod view;

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::Value;

use super::http::{Answer, Body, Call, Routes, media};
use crate::refusal::Refusal;
use crate::state::{NewUser, Platform, Tenant, User, is_device_user};

const ADMIN: [&str; 1] = ["ROLE_USER_MANAGEMENT_ADMIN"];
const CREATE: [&str; 2] = ["ROLE_USER_MANAGEMENT_ADMIN", "ROLE_USER_MANAGEMENT_CREATE"];
/// Reads anyone; with `ROLE_USER_MANAGEMENT_CREATE` it is those below.
const READ: [&str; 1] = ["ROLE_USER_MANAGEMENT_READ"];
const LIST: [&str; 2] = ["ROLE_USER_MANAGEMENT_READ", "ROLE_USER_MANAGEMENT_CREATE"];

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/user/{tenant}/users").get(list).post(create);
    routes
        .at("/user/{tenant}/users/{user}")
        .get(read)
        .put(update)
        .delete(delete);
    let by_name = "/user/{tenant}/userByName/{user}";
    routes.at(by_name).get(read_by_name);
    current_user::routes(routes);
    groups::routes(routes);
    hierarchy::routes(routes);
    login::routes(routes);
    roles::routes(routes);
    two_factor::routes(routes);
}

/// What a list is to hold.
struct Filter {
    groups: Vec<String>,
    only_devices: bool,
    owner: Option<String>,
    prefix: String,
    part: String,
}

impl Filter {
    fn of(call: &Call) -> Result<Self, Refusal> {
        let query = &call.query;
        let lower = |name| query.get(name).unwrap_or_default().to_lowercase();
        if query.get("username").is_some() && query.get("usernameContains").is_some() {
            return Err(Refusal::invalid(
                "username and usernameContains cannot be used together",
            ));
        }
        let groups = query.list("groups");
        if let Some(wrong) = groups.iter().find(|id| id.parse::<u32>().is_err()) {
            let message = format!("groups is not a list of numbers: {wrong}");
            return Err(Refusal::invalid(message));
        }
        Ok(Self {
            groups,
            only_devices: query.flag("onlyDevices")?.unwrap_or_default(),
            owner: query.text("owner"),
            prefix: lower("username"),
            part: lower("usernameContains"),
        })
    }

    fn matches(&self, user: &User) -> bool {
        let name = user.name.to_lowercase();
        let in_group = |id: &u32| self.groups.contains(&id.to_string());
        name.starts_with(&self.prefix)
            && name.contains(&self.part)
            && is_device_user(&name) == self.only_devices
            && (self.groups.is_empty() || user.groups.iter().any(in_group))
            && (self.owner.is_none() || self.owner == user.owner)
    }
}

async fn list(call: Call, tenant: Path<String>) -> Answer {
    call.caller.require(&LIST)?;
    let filter = Filter::of(&call)?;
    let counts = call.query.flag("withSubusersCount")?.unwrap_or_default();
    call.with(|platform| {
        let tenant = own(&call, platform, &tenant)?;
        let users = tenant
            .users
            .values()
            .filter(|user| filter.matches(user) && tenant.reaches(&call.caller, &READ, user));
        call.page(media::USERS, "users", users, |user| {
            let mut body = view::user(&call, tenant, user, platform);
            if counts {
                body["subusersCount"] = tenant.direct_subusers(&user.name).into();
            }
            body
        })
    })
}

async fn create(call: Call, tenant: Path<String>, Body(fields): Body) -> Answer {
    call.caller.require(&CREATE)?;
    let new = NewUser::parse(fields)?;
    call.with(|platform| {
        own(&call, platform, &tenant)?;
        let name = new.name.clone();
        platform.add_user(&tenant, &call.caller, new)?;
        Ok(call.created(media::USER, &seen(&call, platform, &tenant, &name)?))
    })
}

async fn read(call: Call, path: Path<(String, String)>) -> Answer {
    found(&call, &READ, path)
}

async fn read_by_name(call: Call, path: Path<(String, String)>) -> Answer {
    // The description asks for more than for reading by ID; whoever reads users may do this, too.
    found(&call, &[READ, ADMIN].concat(), path)
}

fn found(call: &Call, any_of: &[&str], path: Path<(String, String)>) -> Answer {
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        own(call, platform, &tenant)?.user_for(&call.caller, any_of, &name)?;
        Ok(Call::found(
            media::USER,
            &seen(call, platform, &tenant, &name)?,
        ))
    })
}

async fn update(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?.user_for(&call.caller, &ADMIN, &name)?;
        let own = platform.tenant_mut(&tenant)?;
        own.update_user(&call.caller, &name, fields)?;
        Ok(call.updated(media::USER, &seen(&call, platform, &tenant, &name)?))
    })
}

async fn delete(call: Call, path: Path<(String, String)>) -> Answer {
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?.user_for(&call.caller, &ADMIN, &name)?;
        let own = platform.tenant_mut(&tenant)?;
        own.remove_user(&call.caller, &name)
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

fn seen(call: &Call, platform: &Platform, tenant: &str, name: &str) -> Result<Value, Refusal> {
    let tenant = platform.tenant(tenant)?;
    let user = tenant.user(name)?;
    Ok(view::user(call, tenant, user, platform))
}
