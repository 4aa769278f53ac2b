//! The user who asks.
//!
//! - `GET /user/currentUser`: the user with the roles that take effect
//! - `PUT /user/currentUser`
//! - `PUT /user/currentUser/password`

use actix_web::HttpResponse;
use serde_json::Value;

use super::login::set_cookies;
use super::view;
use crate::api::http::{Answer, Body, Call, OpenCall, Routes, media};
use crate::api::users;
use crate::refusal::Refusal;
use crate::state::{Platform, Way, require_fields, secret_field};

const PATH: &str = "/user/currentUser";
/// What reading oneself needs; bootstrap users may without.
pub(in crate::api) const OWN_READ: [&str; 2] = ["ROLE_USER_MANAGEMENT_OWN_READ", "ROLE_SYSTEM"];
const OWN_ADMIN: [&str; 1] = ["ROLE_USER_MANAGEMENT_OWN_ADMIN"];

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(read).put(update);
    routes.at("/user/currentUser/password").put(set_password);
}

async fn read(OpenCall(call): OpenCall) -> Answer {
    // Seeing oneself as others do is not for those who have `ROLE_SYSTEM` alone.
    let as_user = call.accept.contains("vnd.com.nsn.cumulocity.user+json");
    let needed = if as_user { &OWN_READ[..1] } else { &OWN_READ };
    if call.caller.bootstraps().is_none() {
        call.caller.require(needed)?;
    }
    call.with(|platform| {
        let (tenant, user) = (call.tenant(), &call.caller.user);
        if as_user {
            let body = users::seen(&call, platform, tenant, user)?;
            return Ok(Call::found(media::USER, &body));
        }
        Ok(Call::found(media::CURRENT_USER, &seen(&call, platform)?))
    })
}

async fn update(call: Call, Body(fields): Body) -> Answer {
    call.caller.require(&OWN_ADMIN)?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.update_user(&call.caller, &call.caller.user, fields)?;
        Ok(call.updated(media::CURRENT_USER, &seen(&call, platform)?))
    })
}

/// Tokens end with the password; a caller who has come with a cookie gets a new one and stays logged
/// in.
async fn set_password(call: Call, Body(fields): Body) -> Answer {
    call.caller.require(&OWN_ADMIN)?;
    require_fields(&fields, &["currentUserPassword", "newPassword"])?;
    let password = |name| Ok(secret_field(&fields, name)?.unwrap_or_default());
    let (current, new) = (password("currentUserPassword")?, password("newPassword")?);
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.change_password(&call.caller.user, current, new)?;
        if call.caller.way != Way::Cookie {
            return Ok(HttpResponse::Ok().finish());
        }
        let login = platform.begin_session(&call.caller)?;
        Ok(set_cookies(HttpResponse::Ok(), &login).finish())
    })
}

fn seen(call: &Call, platform: &Platform) -> Result<Value, Refusal> {
    let tenant = platform.tenant(call.tenant())?;
    let user = tenant.user(&call.caller.user)?;
    let roles = platform.effective_roles(tenant, user);
    let mut body = view::profile(user);
    body.insert("self".to_owned(), call.link(PATH).into());
    let roles = roles.iter().map(|role| view::role(call, role));
    body.insert("effectiveRoles".to_owned(), roles.collect());
    Ok(Value::Object(body))
}
