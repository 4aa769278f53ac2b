//! What a request claims of its caller. Nothing in it is true before the platform says so.

use actix_web::http::header::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;
use serde_json::Value;

use super::ApiError;
use super::shown::{By, Headers, Shown, malformed};
use crate::id::TenantId;

/// Credentials, read for a check.
pub(super) struct Login {
    /// What is copied to each request as the caller.
    pub(super) headers: Headers,
    /// The tenant and the user of a basic header that names both.
    pub(super) claimed: Option<(TenantId, String)>,
    /// When the token ends, in seconds since 1970, if there is one that says so.
    pub(super) token_end: Option<f64>,
}

#[derive(Deserialize)]
struct Claims {
    exp: Option<Value>,
}

impl Login {
    pub(super) fn of(shown: &Shown) -> Result<Self, ApiError> {
        let (claimed, token_end) = match shown.by() {
            By::Cookie { token, .. } => (None, end_of(token.as_bytes())),
            By::Header(header) => in_header(header)?,
        };
        Ok(Self {
            headers: shown.headers()?,
            claimed,
            token_end,
        })
    }
}

type Claimed = (Option<(TenantId, String)>, Option<f64>);

fn in_header(header: &HeaderValue) -> Result<Claimed, ApiError> {
    let text = header.to_str().map_err(|_| malformed(AUTHORIZATION))?;
    let (scheme, content) = text.split_once(' ').unwrap_or((text, ""));
    if scheme.eq_ignore_ascii_case("basic") {
        let user = user_of(content).ok_or_else(|| malformed(AUTHORIZATION))?;
        Ok((claim(&user), None))
    } else if scheme.eq_ignore_ascii_case("bearer") {
        Ok((None, end_of(content.trim().as_bytes())))
    } else {
        let allowed = "The Authorization header has to be Basic or Bearer";
        Err(ApiError::unauthorized(allowed))
    }
}

/// The user of `user:password`. The password may contain anything, in any encoding.
fn user_of(basic: &str) -> Option<String> {
    let mut login = STANDARD.decode(basic.trim()).ok()?;
    let end = login.iter().position(|byte| *byte == b':')?;
    login.truncate(end);
    String::from_utf8(login).ok()
}

/// Tenant and user of `tenant/user`. No name has a `/`: where there are two, it is for the platform
/// to say which tenant is meant.
fn claim(user: &str) -> Option<(TenantId, String)> {
    let (tenant, user) = user.split_once('/')?;
    let is_clear = !tenant.is_empty() && !user.is_empty() && !user.contains('/');
    is_clear.then(|| (tenant.into(), user.to_owned()))
}

/// The claim `exp` of a JWT whose signature is for the platform to check. One that is no time is
/// long over.
fn end_of(token: &[u8]) -> Option<f64> {
    let claims = token.split(|byte| *byte == b'.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let exp = serde_json::from_slice::<Claims>(&claims).ok()?.exp?;
    Some(exp.as_f64().unwrap_or_default())
}

#[cfg(test)]
mod tests;
