//! Two-factor authentication of users.
//!
//! - `POST /user/currentUser/totpSecret`: a new secret for an authenticator app
//! - `GET`, `POST /user/currentUser/totpSecret/activity`: whether codes are asked for
//! - `POST /user/currentUser/totpSecret/verify`: checks a code
//! - `GET /user/{tenant}/users/{user}/tfa`: a user's settings
//! - `DELETE /user/{tenant}/users/{user}/totpSecret/revoke`: takes a user's secret away

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::current_user::OWN_READ;
use super::{ADMIN, READ, own};
use crate::api::http::{Answer, Body, Call, Routes, encode};
use crate::refusal::Refusal;
use crate::state::{format_time, require_fields, text_field};

const JSON: &str = "application/json";

pub(super) fn routes(routes: &mut Routes) {
    let secret = "/user/currentUser/totpSecret";
    routes.at(secret).post(new_secret);
    let activity = "/user/currentUser/totpSecret/activity";
    routes.at(activity).get(read_activity).post(activate);
    routes
        .at("/user/currentUser/totpSecret/verify")
        .post(verify);
    routes.at("/user/{tenant}/users/{user}/tfa").get(settings);
    let revocation = "/user/{tenant}/users/{user}/totpSecret/revoke";
    routes.at(revocation).delete(revoke);
}

async fn new_secret(call: Call) -> Answer {
    call.caller.require(&OWN_READ)?;
    let user = &call.caller.user;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let secret = tenant.new_totp_secret(user)?;
        let domain = &tenant.domain;
        // What the platform's QR code holds; nobody's chart service is told the secret here.
        let label = encode(&format!("{domain}:{user}")).to_string();
        let url = format!("otpauth://totp/{label}?secret={secret}&issuer={domain}");
        let body = json!({"rawSecret": secret, "secretQrUrl": url});
        Ok(Call::found(JSON, &body))
    })
}

async fn read_activity(call: Call) -> Answer {
    call.caller.require(&OWN_READ)?;
    call.with(|platform| {
        let user = platform.tenant(call.tenant())?.user(&call.caller.user)?;
        let body = json!({"isActive": user.has_second_factor()});
        Ok(Call::found(JSON, &body))
    })
}

async fn activate(call: Call, Body(fields): Body) -> Answer {
    call.caller.require(&OWN_READ)?;
    require_fields(&fields, &["isActive"])?;
    let active = fields.get("isActive").and_then(Value::as_bool);
    let active = active.ok_or_else(|| Refusal::invalid("isActive is not true or false"))?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.activate_totp(&call.caller.user, active)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn verify(call: Call, Body(fields): Body) -> Answer {
    call.caller.require(&OWN_READ)?;
    require_fields(&fields, &["code"])?;
    let code = text_field(&fields, "code")?.unwrap_or_default();
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.verify_totp(&call.caller.user, code)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

async fn settings(call: Call, path: Path<(String, String)>) -> Answer {
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        let tenant = own(&call, platform, &tenant)?;
        let user = if name == call.caller.user {
            tenant.user(&name)?
        } else {
            tenant.user_for(&call.caller, &READ, &name)?
        };
        let mut body = json!({
            "tfaEnabled": user.has_second_factor(), "tfaEnforced": false, "strategy": "TOTP",
        });
        let last_request = user.two_factor.as_ref().and_then(|it| it.last_request);
        if let Some(last_request) = last_request {
            body["lastTfaRequestTime"] = format_time(last_request).into();
        }
        Ok(Call::found(JSON, &body))
    })
}

async fn revoke(call: Call, path: Path<(String, String)>) -> Answer {
    let (tenant, name) = path.into_inner();
    call.with(|platform| {
        own(&call, platform, &tenant)?.user_for(&call.caller, &ADMIN, &name)?;
        platform.tenant_mut(&tenant)?.revoke_totp_secret(&name)
    })?;
    Ok(HttpResponse::NoContent().finish())
}
