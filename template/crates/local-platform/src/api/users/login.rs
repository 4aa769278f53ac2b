//! Logging in and out with OAI-Secure.
//!
//! - `GET /tenant/loginOptions`: how one may log in; open to anyone
//! - `POST /tenant/oauth`: tokens in cookies
//! - `POST /tenant/oauth/token`: the access token in the body
//! - `POST /user/logout`: ends the caller's token
//! - `POST /user/logout/{tenant}/allUsers`: ends the tokens of all users of a tenant

use actix_web::http::header::SET_COOKIE;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use serde_json::json;

use super::{ADMIN, own};
use crate::api::http::authentication::{Credentials, host, tenant_of};
use crate::api::http::{Answer, Call, OpenCall, Query, Routes, media};
use crate::refusal::Refusal;
use crate::state::{Login, Store};

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/tenant/loginOptions").get(options);
    routes.at("/tenant/oauth").post(with_cookies);
    routes.at("/tenant/oauth/token").post(with_body);
    routes.at("/user/logout").post(log_out);
    let all = "/user/logout/{tenant}/allUsers";
    routes.at(all).post(log_out_all);
}

async fn options(request: HttpRequest) -> Answer {
    let path = format!("http://{}/tenant/loginOptions", host(&request));
    let option = |kind: &str, grant: Option<&str>| {
        let mut option = json!({
            "id": kind, "type": kind, "self": format!("{path}/{kind}"),
            "userManagementSource": "INTERNAL", "visibleOnLoginPage": true,
            "enforceStrength": false, "strengthValidity": false, "greenMinLength": 8,
            "tfaStrategy": "TOTP",
        });
        if let Some(grant) = grant {
            option["grantType"] = grant.into();
        }
        option
    };
    let options = [
        option("OAUTH2_INTERNAL", Some("PASSWORD")),
        option("BASIC", None),
    ];
    let body = json!({"loginOptions": options, "self": path});
    Ok(Call::found(media::LOGIN_OPTIONS, &body))
}

async fn with_cookies(request: HttpRequest, store: Data<Store>, form: Bytes) -> Answer {
    let login = log_in(&request, &store, &form)?;
    Ok(set_cookies(HttpResponse::Ok(), &login).finish())
}

async fn with_body(request: HttpRequest, store: Data<Store>, form: Bytes) -> Answer {
    let login = log_in(&request, &store, &form)?;
    let body = json!({"access_token": login.token});
    Ok(Call::found("application/json", &body))
}

/// The cookies of a login: scripts see the XSRF token, which they have to send as a header, and not
/// the other one.
pub(super) fn set_cookies(
    mut response: HttpResponseBuilder,
    Login {
        token,
        xsrf,
        seconds,
    }: &Login,
) -> HttpResponseBuilder {
    for cookie in [
        format!("authorization={token}; Path=/; Max-Age={seconds}; HttpOnly"),
        format!("XSRF-TOKEN={xsrf}; Path=/; Max-Age={seconds}"),
    ] {
        response.append_header((SET_COOKIE, cookie));
    }
    response
}

fn log_in(request: &HttpRequest, store: &Store, form: &Bytes) -> Result<Login, Refusal> {
    let form = std::str::from_utf8(form).ok();
    let form = form.ok_or_else(|| Refusal::invalid("the form is not UTF-8"))?;
    let form = Query::parse(form)?;
    match form.get("grant_type") {
        Some("PASSWORD") => {}
        Some("AUTHORIZATION_CODE") => {
            let message = "grant_type AUTHORIZATION_CODE: the tenant has no single sign-on";
            return Err(Refusal::unauthorized(message));
        }
        _ => return Err(Refusal::invalid("grant_type is not PASSWORD")),
    }
    let field = |name: &str| {
        let missing = || Refusal::invalid(format!("{name} is missing in the form"));
        form.get(name).ok_or_else(missing)
    };
    let (username, password) = (field("username")?, field("password")?);
    let code = form.get("tfa_code").or_else(|| form.get("tfa_token"));
    let code = code.filter(|code| !code.is_empty());
    let query = Query::parse(request.query_string())?;
    let (prefix, user) = match username.split_once('/') {
        Some((tenant, user)) => (Some(tenant), user),
        None => (None, username),
    };
    store.with(|platform| {
        let named = query.get("tenant_id").or(prefix).map(str::to_owned);
        let tenant = named.unwrap_or_else(|| tenant_of(platform, &host(request)));
        platform.log_in(&tenant, user, password, code)
    })
}

async fn log_out(OpenCall(call): OpenCall, request: HttpRequest) -> Answer {
    if let Ok(Credentials::Token { token, .. }) = Credentials::of(&request) {
        call.with(|platform| platform.tokens.end(token));
    }
    let nothing = Login {
        token: String::new(),
        xsrf: String::new(),
        seconds: 0,
    };
    Ok(set_cookies(HttpResponse::Ok(), &nothing).finish())
}

async fn log_out_all(call: Call, tenant: Path<String>) -> Answer {
    call.caller.require(&ADMIN)?;
    call.with(|platform| {
        let tenant = own(&call, platform, &tenant)?.id.clone();
        platform.tokens.end_all_of(&tenant);
        Ok(HttpResponse::Ok().finish())
    })
}
