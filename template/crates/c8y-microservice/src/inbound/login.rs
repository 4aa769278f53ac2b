//! What a request shows of its caller. Nothing in it is true before the platform says so.

use std::sync::Arc;

use actix_web::http::header::{self as inbound, HeaderMap};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use ring::hmac;
use serde::Deserialize;
use serde_json::Value;

use super::ApiError;
use crate::id::TenantId;
use crate::platform::{TFA_TOKEN, XSRF_TOKEN};

/// The cookie that holds the token of an OAI-Secure login.
const TOKEN_COOKIE: &[u8] = b"authorization";

/// Stands for all of a login, and tells nothing of it.
pub(super) type Digest = [u8; 32];

/// Credentials as they arrived.
#[derive(Clone)]
pub(super) struct Login {
    /// What is copied to each request as the caller: the cookie with its XSRF token, else the
    /// header `Authorization`; and the second factor with either.
    pub(super) headers: Arc<[(HeaderName, HeaderValue)]>,
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
    /// Reads the credentials by the platform's rules: a cookie wins over the header
    /// `Authorization`, which is then a phony one for services that know no cookies.
    pub(super) fn of(request: &HeaderMap) -> Result<Self, ApiError> {
        let mut login = match token_cookie(request)? {
            Some(token) => Self::by_cookie(request, token)?,
            None => Self::by_header(request)?,
        };
        if let Some(second_factor) = copied(request, TFA_TOKEN)? {
            login.headers = login
                .headers
                .iter()
                .cloned()
                .chain([second_factor])
                .collect();
        }
        Ok(login)
    }

    fn by_cookie(request: &HeaderMap, token: &[u8]) -> Result<Self, ApiError> {
        let cookie = [TOKEN_COOKIE, b"=", token].concat();
        let cookie = secret(COOKIE, &cookie)?;
        let xsrf_token = copied(request, XSRF_TOKEN)?;
        Ok(Self {
            headers: [cookie].into_iter().chain(xsrf_token).collect(),
            claimed: None,
            token_end: end_of(token),
        })
    }

    fn by_header(request: &HeaderMap) -> Result<Self, ApiError> {
        let required = || ApiError::unauthorized("Full authentication is required");
        let header = copied(request, AUTHORIZATION)?.ok_or_else(required)?;
        let text = header.1.to_str().map_err(|_| malformed(&AUTHORIZATION))?;
        let (scheme, content) = text.split_once(' ').unwrap_or((text, ""));
        let (claimed, token_end) = if scheme.eq_ignore_ascii_case("basic") {
            let user = user_of(content).ok_or_else(|| malformed(&AUTHORIZATION))?;
            (claim(&user), None)
        } else if scheme.eq_ignore_ascii_case("bearer") {
            (None, end_of(content.trim().as_bytes()))
        } else {
            let allowed = "The Authorization header has to be Basic or Bearer";
            return Err(ApiError::unauthorized(allowed));
        };
        Ok(Self {
            headers: Arc::new([header]),
            claimed,
            token_end,
        })
    }

    /// What stands for all of it, and for nothing else, without telling any of it.
    pub(super) fn digest(&self, key: &hmac::Key) -> Digest {
        let mut context = hmac::Context::with_key(key);
        for (name, value) in &*self.headers {
            // Lengths first: no two logins are the same bytes.
            for part in [name.as_str().as_bytes(), value.as_bytes()] {
                context.update(&part.len().to_be_bytes());
                context.update(part);
            }
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(context.sign().as_ref());
        digest
    }
}

/// The token of the one cookie that counts. An empty one is left behind by a logout. What other
/// cookies are made of is nobody's concern.
fn token_cookie(request: &HeaderMap) -> Result<Option<&[u8]>, ApiError> {
    let headers = request.get_all(inbound::COOKIE);
    let cookies = headers.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
    let mut tokens = cookies.filter_map(token_in).filter(|it| !it.is_empty());
    match (tokens.next(), tokens.next()) {
        (None, _) => Ok(None),
        (Some(token), None) if token.is_ascii() => Ok(Some(token)),
        _ => Err(malformed(&COOKIE)),
    }
}

/// The value of a `name=value`, if the name is the right one.
fn token_in(cookie: &[u8]) -> Option<&[u8]> {
    let end = cookie.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (&cookie[..end], &cookie[end + 1..]);
    (name.trim_ascii() == TOKEN_COOKIE).then(|| value.trim_ascii())
}

/// A header as it goes on to the platform. Of two it would be unclear which one counts there.
fn copied(
    request: &HeaderMap,
    name: HeaderName,
) -> Result<Option<(HeaderName, HeaderValue)>, ApiError> {
    let mut values = request.get_all(name.as_str());
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => secret(name, value.as_bytes()).map(Some),
        _ => Err(malformed(&name)),
    }
}

fn secret(name: HeaderName, value: &[u8]) -> Result<(HeaderName, HeaderValue), ApiError> {
    let mut value = HeaderValue::from_bytes(value).map_err(|_| malformed(&name))?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn malformed(name: &HeaderName) -> ApiError {
    ApiError::unauthorized(format!("The header {name} is malformed"))
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
