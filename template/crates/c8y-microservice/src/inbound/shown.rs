//! The credentials of a request as they arrived, not looked into.

use std::fmt::Display;
use std::sync::Arc;

use actix_web::http::header::{self as inbound, HeaderMap, HeaderValue as Value};
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use ring::hmac;

use super::ApiError;
use crate::platform::{TFA_TOKEN, XSRF_TOKEN};

/// The cookie that holds the token of an OAI-Secure login.
const TOKEN_COOKIE: &[u8] = b"authorization";

/// The names of the other headers, as the HTTP server has them.
const XSRF: inbound::HeaderName = inbound::HeaderName::from_static("x-xsrf-token");
const TFA: inbound::HeaderName = inbound::HeaderName::from_static("tfatoken");

/// Stands for all of a login, and tells nothing of it.
pub(super) type Digest = [u8; 32];

/// Headers as they go on to the platform.
pub(super) type Headers = Arc<[(HeaderName, HeaderValue)]>;

/// What a request shows of its caller. Headers share the bytes of the request: to find who is known
/// already, nothing is copied and nothing decoded.
#[derive(Clone)]
pub(super) struct Shown {
    by: By,
    second_factor: Option<Value>,
}

#[derive(Clone)]
pub(super) enum By {
    Cookie {
        token: Value,
        xsrf_token: Option<Value>,
    },
    Header(Value),
}

impl Shown {
    /// Finds the credentials by the platform's rules: a cookie wins over the header
    /// `Authorization`, which is then a phony one for services that know no cookies.
    pub(super) fn in_request(request: &HeaderMap) -> Result<Self, ApiError> {
        let by = match token_cookie(request)? {
            Some(token) => By::Cookie {
                token: Value::from_bytes(token).map_err(|_| malformed(COOKIE))?,
                xsrf_token: the_only(request, &XSRF)?,
            },
            None => By::Header(
                the_only(request, &inbound::AUTHORIZATION)?
                    .ok_or_else(|| ApiError::unauthorized("Full authentication is required"))?,
            ),
        };
        let second_factor = the_only(request, &TFA)?;
        Ok(Self { by, second_factor })
    }

    pub(super) fn by(&self) -> &By {
        &self.by
    }

    /// What stands for all of it, and for nothing else, without telling any of it.
    pub(super) fn digest(&self, key: &hmac::Key) -> Digest {
        let mut context = hmac::Context::with_key(key);
        for (name, value) in self.parts() {
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

    /// What is copied to each request as the caller: the cookie with its XSRF token, else the header
    /// `Authorization`; and the second factor with either.
    pub(super) fn headers(&self) -> Result<Headers, ApiError> {
        let copied = |(name, value): (HeaderName, &Value)| {
            let value = match name {
                COOKIE => secret(&[TOKEN_COOKIE, b"=", value.as_bytes()].concat()),
                _ => secret(value.as_bytes()),
            };
            let value = value.ok_or_else(|| malformed(&name))?;
            Ok((name, value))
        };
        self.parts().map(copied).collect()
    }

    /// All that counts, with the names of the headers. Of the cookie it is the token.
    fn parts(&self) -> impl Iterator<Item = (HeaderName, &Value)> {
        let (login, xsrf_token) = match &self.by {
            By::Cookie { token, xsrf_token } => ((COOKIE, token), xsrf_token.as_ref()),
            By::Header(header) => ((AUTHORIZATION, header), None),
        };
        let xsrf_token = xsrf_token.map(|value| (XSRF_TOKEN, value));
        let second_factor = self.second_factor.as_ref().map(|value| (TFA_TOKEN, value));
        [Some(login), xsrf_token, second_factor]
            .into_iter()
            .flatten()
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
        _ => Err(malformed(COOKIE)),
    }
}

/// The value of a `name=value`, if the name is the right one.
fn token_in(cookie: &[u8]) -> Option<&[u8]> {
    let end = cookie.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (&cookie[..end], &cookie[end + 1..]);
    (name.trim_ascii() == TOKEN_COOKIE).then(|| value.trim_ascii())
}

/// The value of a header. Of two it would be unclear which one counts for the platform.
fn the_only(request: &HeaderMap, name: &inbound::HeaderName) -> Result<Option<Value>, ApiError> {
    let mut values = request.get_all(name);
    match (values.next(), values.next()) {
        (value, None) => Ok(value.cloned()),
        _ => Err(malformed(name)),
    }
}

fn secret(value: &[u8]) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_bytes(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

pub(super) fn malformed(name: impl Display) -> ApiError {
    ApiError::unauthorized(format!("The header {name} is malformed"))
}
