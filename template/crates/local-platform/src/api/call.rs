//! One authenticated request: who sends it, and what an answer to it needs.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, HOST, HeaderMap};
use actix_web::http::uri::Authority;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::query::Query;
use crate::refusal::Refusal;
use crate::state::{Caller, Fields, Platform, Store};

/// What cannot stand for itself in a URL.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request of a user. Bootstrap users are refused: [`OpenCall`] is for what is open to them.
pub(crate) struct Call {
    pub(crate) caller: Caller,
    pub(crate) store: Store,
    pub(crate) query: Query,
    /// The request's path.
    pub(crate) path: String,
    /// Whether a create or update is answered with the object.
    pub(crate) wants_body: bool,
    /// The value of the `Accept` header.
    pub(crate) accept: String,
    base: String,
}

/// As [`Call`], also by a bootstrap user.
pub(crate) struct OpenCall(pub(crate) Call);

/// `tenant/user` of an authenticated request, for whoever records it.
#[derive(Clone)]
pub(crate) struct AuthenticatedAs(pub(crate) String);

impl Call {
    fn of_anyone(request: &HttpRequest) -> Result<Self, Refusal> {
        let store = store(request);
        let caller = authenticate(request, &store)?;
        let accept = text(request.headers(), &ACCEPT)
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            caller,
            store,
            query: Query::parse(request.query_string())?,
            path: request.path().to_owned(),
            wants_body: request.headers().contains_key(ACCEPT),
            accept,
            base: format!("http://{}", host(request)),
        })
    }

    fn of_user(request: &HttpRequest) -> Result<Self, Refusal> {
        let call = Self::of_anyone(request)?;
        match call.caller.bootstraps() {
            None => Ok(call),
            Some(_) => Err(Refusal::forbidden(
                "Access is denied: not open to bootstrap users",
            )),
        }
    }

    /// A link to a path of the platform, by the address that the caller used.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Works on the platform's state.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Platform) -> R) -> R {
        self.store.with(work)
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.caller.tenant
    }
}

impl FromRequest for Call {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of_user(request))
    }
}

impl FromRequest for OpenCall {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Call::of_anyone(request).map(Self))
    }
}

fn store(request: &HttpRequest) -> Store {
    let store = request.app_data::<web::Data<Store>>();
    store
        .expect("the server gives every request the store")
        .get_ref()
        .clone()
}

/// Finds out who sends a request, and notes it for the record of requests.
pub(crate) fn authenticate(request: &HttpRequest, store: &Store) -> Result<Caller, Refusal> {
    let header = text(request.headers(), &AUTHORIZATION);
    let header = header.ok_or_else(|| Refusal::unauthorized("Full authentication is required"))?;
    let credentials = Basic::parse(header)
        .ok_or_else(|| Refusal::unauthorized("Invalid credentials! : not basic authentication"))?;
    let host = host(request);
    let caller = store.with(|platform| {
        let tenant = credentials.tenant.clone();
        let tenant = tenant.unwrap_or_else(|| tenant_of(platform, &host));
        platform.authenticate(&tenant, &credentials.user, &credentials.password)
    })?;
    let known_as = AuthenticatedAs(format!("{}/{}", caller.tenant, caller.user));
    request.extensions_mut().insert(known_as);
    Ok(caller)
}

/// The tenant whose domain the host is, such as `t101.localhost:8111`; else the owner.
fn tenant_of(platform: &Platform, host: &str) -> String {
    let authority: Option<Authority> = host.parse().ok();
    let domain = authority.as_ref().map_or(host, Authority::host);
    let mut tenants = platform.tenants();
    let tenant = tenants.find(|tenant| tenant.domain.eq_ignore_ascii_case(domain));
    tenant.map_or_else(|| platform.owner.clone(), |tenant| tenant.id.clone())
}

/// The host that a request is sent to, with its port. The header says it, and nothing else is
/// believed: `Forwarded` and its like are anybody's to send.
pub(crate) fn host(request: &HttpRequest) -> String {
    let host = text(request.headers(), &HOST).map(str::to_owned);
    host.unwrap_or_else(|| request.app_config().local_addr().to_string())
}

fn text<'a>(headers: &'a HeaderMap, name: &actix_web::http::header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The content of a basic authorization header.
#[derive(Debug, PartialEq, Eq)]
struct Basic {
    tenant: Option<String>,
    user: String,
    password: String,
}

impl Basic {
    fn parse(header: &str) -> Option<Self> {
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (user, password) = decoded.split_once(':')?;
        let (tenant, user) = match user.split_once('/') {
            Some((tenant, user)) => (Some(tenant.to_owned()), user),
            None => (None, user),
        };
        Some(Self {
            tenant,
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }
}

/// A JSON object as a request's body, whatever its media type.
pub(crate) struct Body(pub(crate) Fields);

impl FromRequest for Body {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| {
                let status = error.as_response_error().status_code().as_u16();
                Refusal::new(status, "general/Unreadable Body", error.to_string())
            })?;
            let fields = serde_json::from_slice(&bytes);
            Ok(Self(fields.map_err(|e| {
                Refusal::invalid(format!("Not a JSON object: {e}"))
            })?))
        })
    }
}

/// Encodes a segment of a path, or a name or value of a query.
pub(crate) fn encode(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, &RESERVED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(credentials: &str) -> Option<Basic> {
        Basic::parse(&format!("Basic {}", STANDARD.encode(credentials)))
    }

    fn basic(tenant: Option<&str>, user: &str, password: &str) -> Basic {
        let tenant = tenant.map(str::to_owned);
        Basic {
            tenant,
            user: user.to_owned(),
            password: password.to_owned(),
        }
    }

    #[test]
    fn the_tenant_stands_before_the_user() {
        let with_tenant = basic(Some("t100"), "admin", "secret");
        assert_eq!(parse("t100/admin:secret"), Some(with_tenant));
        assert_eq!(parse("admin:secret"), Some(basic(None, "admin", "secret")));
    }

    #[test]
    fn a_password_may_contain_colons_and_slashes() {
        assert_eq!(
            parse("t100/admin:a:b/c"),
            Some(basic(Some("t100"), "admin", "a:b/c"))
        );
    }

    #[test]
    fn what_is_not_basic_authentication_is_refused() {
        for header in ["Bearer abc", "Basic", "Basic %%%", "Basic YWJj"] {
            assert_eq!(Basic::parse(header), None, "{header}");
        }
    }
}
