//! The credentials of requests, and what the platform says of a caller.

use std::time::Duration;

use actix_web::ResponseError;
use actix_web::http::header::{self as inbound, HeaderMap};
use reqwest::header::{HeaderName, HeaderValue};
use ring::hmac;

use super::login::Login;
use super::shown::Shown;
use super::user::User;
use super::verdict::Verdict;
use super::{ApiError, check};
use crate::cache::Kept;
use crate::id::TenantId;
use crate::platform::PlatformError;
use crate::platform::fuzzing::answer;

/// What is found in a request before the platform is asked.
#[derive(Debug)]
pub struct Credentials {
    /// The headers that go on to the platform.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Tenant and user, where the header names both.
    pub claimed: Option<(TenantId, String)>,
    /// How long an answer of the platform counts.
    pub lasts: Duration,
    /// Under which it is kept.
    pub digest: [u8; 32],
}

/// The credentials of a request with these headers, or the status and the line for the log of what
/// is refused. The HTTP server lets no other headers through than those that can be made here.
pub fn credentials(headers: &[(&str, &[u8])]) -> Result<Credentials, (u16, String)> {
    let made = |(name, value): &(&str, &[u8])| {
        let name: inbound::HeaderName = name.parse().ok()?;
        Some((name, inbound::HeaderValue::from_bytes(value).ok()?))
    };
    let mut request = HeaderMap::new();
    for (name, value) in headers.iter().filter_map(made) {
        request.append(name, value);
    }
    let found = || -> Result<Credentials, ApiError> {
        let shown = Shown::in_request(&request)?;
        let digest = shown.digest(&hmac::Key::new(hmac::HMAC_SHA256, &[0; 32]));
        let login = Login::of(&shown)?;
        let user = User::new("t0".into(), String::new(), [].into());
        Ok(Credentials {
            headers: login.headers.to_vec(),
            lasts: Verdict::verified(user, login.token_end).lasts(),
            claimed: login.claimed,
            digest,
        })
    };
    found().map_err(|error| (error.status_code().as_u16(), error.to_string()))
}

/// The answer to `GET /user/currentUser`, as a check reads it.
pub fn current_user(body: &[u8]) -> Result<(), PlatformError> {
    answer(body).json::<check::CurrentUser>().map(drop)
}

/// The answer to `GET /tenant/currentTenant`, as a check reads it.
pub fn current_tenant(body: &[u8]) -> Result<(), PlatformError> {
    answer(body).json::<check::CurrentTenant>().map(drop)
}
