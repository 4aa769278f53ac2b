//! Who sends a request: finds it out by the credentials, and the tenant's domain.

use actix_web::http::header::{AUTHORIZATION, COOKIE, HOST, HeaderMap, HeaderName};
use actix_web::http::uri::Authority;
use actix_web::{HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::refusal::Refusal;
use crate::state::{Caller, Platform, Store, Way};

const NEITHER: &str = "Invalid credentials! : neither basic authentication nor a token";
const XSRF_TOKEN: HeaderName = HeaderName::from_static("x-xsrf-token");
const TFA_TOKEN: HeaderName = HeaderName::from_static("tfatoken");

/// `tenant/user` of an authenticated request, for whoever records it.
#[derive(Clone)]
pub(crate) struct AuthenticatedAs(pub(crate) String);

/// What a request shows of who sends it.
pub(in crate::api) enum Credentials<'a> {
    Basic(Basic),
    Token { token: &'a str, way: Way },
}

impl<'a> Credentials<'a> {
    /// The cookie wins over a header: beside it stands a basic header with a password that is none.
    pub(in crate::api) fn of(request: &'a HttpRequest) -> Result<Self, Refusal> {
        if let Some(token) = cookie(request.headers(), "authorization") {
            let way = Way::Cookie;
            return Ok(Self::Token { token, way });
        }
        let header = header_text(request.headers(), &AUTHORIZATION);
        let header =
            header.ok_or_else(|| Refusal::unauthorized("Full authentication is required"))?;
        if let Some((scheme, token)) = header.split_once(' ')
            && scheme.eq_ignore_ascii_case("bearer")
        {
            let (token, way) = (token.trim(), Way::Bearer);
            return Ok(Self::Token { token, way });
        }
        let basic = Basic::parse(header).map(Self::Basic);
        basic.ok_or_else(|| Refusal::unauthorized(NEITHER))
    }
}

/// Finds out who sends a request, and notes it for the record of requests.
pub(crate) fn authenticate(request: &HttpRequest, store: &Store) -> Result<Caller, Refusal> {
    let headers = request.headers();
    let caller = match Credentials::of(request)? {
        Credentials::Token { token, way } => {
            let xsrf = header_text(headers, &XSRF_TOKEN);
            store.with(|platform| platform.authenticate_token(token, way, xsrf))?
        }
        Credentials::Basic(basic) => {
            let host = host(request);
            let second_factor = header_text(headers, &TFA_TOKEN);
            store.with(|platform| {
                let tenant = basic.tenant.unwrap_or_else(|| tenant_of(platform, &host));
                platform.authenticate(&tenant, &basic.user, &basic.password, second_factor)
            })?
        }
    };
    let known_as = AuthenticatedAs(format!("{}/{}", caller.tenant, caller.user));
    request.extensions_mut().insert(known_as);
    Ok(caller)
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let headers = headers.get_all(COOKIE).filter_map(|it| it.to_str().ok());
    let mut cookies = headers.flat_map(|header| header.split(';'));
    let value = cookies.find_map(|it| it.trim().strip_prefix(name)?.strip_prefix('='));
    // A browser that was told to forget a cookie may send it empty once more.
    value.filter(|value| !value.is_empty())
}

/// The tenant whose domain the host is, such as `t101.localhost:8111`; else the owner.
pub(in crate::api) fn tenant_of(platform: &Platform, host: &str) -> String {
    let authority: Option<Authority> = host.parse().ok();
    let domain = authority.as_ref().map_or(host, Authority::host);
    let tenant = platform.tenant_at(domain);
    tenant.map_or_else(|| platform.owner.clone(), |tenant| tenant.id.clone())
}

/// The host that a request is sent to, with its port. The header says it, and nothing else is
/// believed: `Forwarded` and its like are anybody's to send.
pub(crate) fn host(request: &HttpRequest) -> String {
    let host = header_text(request.headers(), &HOST).map(str::to_owned);
    host.unwrap_or_else(|| request.app_config().local_addr().to_string())
}

pub(in crate::api) fn header_text<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The content of a basic authorization header.
#[cfg_attr(test, derive(Debug, PartialEq, Eq))]
pub(in crate::api) struct Basic {
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
