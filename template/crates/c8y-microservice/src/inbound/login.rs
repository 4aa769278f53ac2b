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
    /// Whom a token or an incomplete basic header names, which no answer of the platform confirms.
    pub(super) hinted: Hint,
    /// When the token ends, in seconds since 1970, if there is one that says so.
    pub(super) token_end: Option<f64>,
}

/// A tenant and a user, as far as they are named.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) tenant: Option<TenantId>,
    pub(super) user: Option<String>,
}

/// The claims of a JWT, whose signature is for the platform to check.
#[derive(Default, Deserialize)]
struct Claims {
    exp: Option<Value>,
    ten: Option<Value>,
    sub: Option<Value>,
}

/// What credentials consist of.
enum Parts<'a> {
    /// The user of `user:password`.
    Basic(String),
    Token(&'a [u8]),
}

impl Login {
    pub(super) fn of(shown: &Shown) -> Result<Self, ApiError> {
        let parts = match shown.by() {
            By::Cookie { token, .. } => Parts::Token(token.as_bytes()),
            By::Header(header) => in_header(header)?,
        };
        let headers = shown.headers()?;
        Ok(match parts {
            Parts::Basic(user) => {
                let claimed = claim(&user);
                let hinted = Hint {
                    tenant: None,
                    user: Some(user).filter(|_| claimed.is_none()),
                };
                Self {
                    headers,
                    claimed,
                    hinted,
                    token_end: None,
                }
            }
            Parts::Token(token) => {
                let claims = Claims::of(token);
                Self {
                    headers,
                    claimed: None,
                    token_end: claims.end(),
                    hinted: claims.hint(),
                }
            }
        })
    }

    /// The tenant that is named, if any is. Nothing says that it is the caller's.
    pub(super) fn named_tenant(&self) -> Option<&TenantId> {
        let claimed = self.claimed.as_ref().map(|(tenant, _)| tenant);
        claimed.or(self.hinted.tenant.as_ref())
    }

    /// The user that is named, if any is.
    pub(super) fn named_user(&self) -> Option<&str> {
        let claimed = self.claimed.as_ref().map(|(_, user)| user.as_str());
        claimed.or(self.hinted.user.as_deref())
    }
}

fn in_header(header: &HeaderValue) -> Result<Parts<'_>, ApiError> {
    let text = header.to_str().map_err(|_| malformed(AUTHORIZATION))?;
    let (scheme, content) = text.split_once(' ').unwrap_or((text, ""));
    if scheme.eq_ignore_ascii_case("basic") {
        let user = user_of(content).ok_or_else(|| malformed(AUTHORIZATION))?;
        Ok(Parts::Basic(user))
    } else if scheme.eq_ignore_ascii_case("bearer") {
        Ok(Parts::Token(content.trim().as_bytes()))
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

impl Claims {
    /// What cannot be read claims nothing.
    fn of(token: &[u8]) -> Self {
        let claims = token.split(|byte| *byte == b'.').nth(1);
        let claims = claims.and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
        let claims = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
        claims.unwrap_or_default()
    }

    /// An end that is no time is long over.
    fn end(&self) -> Option<f64> {
        let exp = self.exp.as_ref()?;
        Some(exp.as_f64().unwrap_or_default())
    }

    fn hint(&self) -> Hint {
        let text = |claim: &Option<Value>| claim.as_ref()?.as_str().map(str::to_owned);
        Hint {
            tenant: text(&self.ten).map(TenantId::from),
            user: text(&self.sub),
        }
    }
}

#[cfg(test)]
mod tests;
