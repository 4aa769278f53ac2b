//! What the gateway changes about headers: it takes those of the one hop away, and says where a
//! request came from.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap as ActixHeaders;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{AUTHORIZATION, CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};

use crate::api::host;
use crate::state::Caller;

const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that a setting is not to change: who calls, from where, and how the body is framed.
const NO_SETTINGS: [&str; 10] = [
    "authorization",
    "content-length",
    "cookie",
    "host",
    "tfatoken",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-forwarded-proto",
    "x-real-ip",
    "x-xsrf-token",
];

/// The headers that the service gets: the user's, credentials included, and where the request came
/// from.
pub(super) fn to_service(request: &HttpRequest, prefix: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        append(&mut headers, name.as_str(), value.as_bytes());
    }
    drop_hop_by_hop(&mut headers);
    headers.remove(HOST);
    let host = host(request);
    let peer = request.peer_addr().map(|peer| peer.ip().to_string());
    for (name, value) in [
        ("x-forwarded-host", host.as_str()),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-prefix", prefix),
        ("x-real-ip", peer.as_deref().unwrap_or_default()),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// What old services expect of a caller who has logged in with a cookie: a basic header that says
/// who it is. Its password is good for nothing; nobody could have chosen it.
pub(super) fn add_phony_basic(headers: &mut HeaderMap, caller: &Caller) {
    static PASSWORD: LazyLock<String> = LazyLock::new(|| format!("phony-{:x}", fastrand::u128(..)));
    let credentials = format!("{}/{}:{}", caller.tenant, caller.user, *PASSWORD);
    let basic = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(credentials)));
    if let Ok(mut basic) = basic {
        basic.set_sensitive(true);
        headers.insert(AUTHORIZATION, basic);
    }
}

/// The settings of the service, as older platforms send them. A setting wins over a header of the
/// caller's, who could forge it otherwise; it never takes the place of what the gateway and the
/// service need to understand each other. What cannot be a header is left out.
pub(super) fn add_settings(headers: &mut HeaderMap, settings: &BTreeMap<String, String>) {
    for (key, value) in settings {
        let name = HeaderName::from_bytes(key.as_bytes());
        let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(value)) else {
            continue;
        };
        if HOP_BY_HOP.contains(&name.as_str()) || NO_SETTINGS.contains(&name.as_str()) {
            continue;
        }
        // It may be a secret.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
}

/// The headers that the caller gets: the service's. The server writes the length itself, by the
/// body, except where there is no body to have one.
pub(super) fn to_caller(from_service: &HeaderMap, headers: &mut ActixHeaders) {
    for (name, value) in from_service {
        let name = actix_web::http::header::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = actix_web::http::header::HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
}

/// Drops what concerns one connection only, by name or because `Connection` names it.
pub(super) fn drop_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in HOP_BY_HOP
        .into_iter()
        .chain(named.iter().map(String::as_str))
    {
        headers.remove(name);
    }
}

fn append(headers: &mut HeaderMap, name: &str, value: &[u8]) {
    let name = HeaderName::from_bytes(name.as_bytes());
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
        headers.append(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{ADMIN, Demo, PASSWORD};

    #[test]
    fn the_phony_basic_header_says_who_calls_and_authenticates_nobody() {
        let manifest = crate::manifest::example().expect("the example's manifest");
        let demo = Demo {
            manifest: &manifest,
            name: "example",
            further_tenants: 1,
            administrators: &[],
            bootstrap_password: PASSWORD,
        };
        let (platform, _) = demo.build().expect("the data");
        let caller = platform.authenticate("t101", ADMIN, PASSWORD, None);
        let mut headers = HeaderMap::new();
        add_phony_basic(&mut headers, &caller.expect("the right password"));
        let basic = headers[AUTHORIZATION].to_str().expect("a text");
        let encoded = basic.strip_prefix("Basic ").expect("a basic header");
        let decoded = STANDARD.decode(encoded).expect("base64");
        let decoded = String::from_utf8(decoded).expect("a text");
        let password = decoded.strip_prefix("t101/admin:").expect("the caller");
        platform
            .authenticate("t101", ADMIN, password, None)
            .expect_err("a fake password");
    }

    #[test]
    fn a_setting_becomes_a_header_unless_it_cannot_or_must_not() {
        let mut headers = HeaderMap::new();
        append(&mut headers, "cookie", b"the-callers");
        append(&mut headers, "threshold", b"forged");
        let settings = [
            ("threshold", "7"),
            ("Api.Key", "secret"),
            ("two words", "1"),
            ("broken", "a\nb"),
            ("cookie", "a-setting"),
            ("Connection", "close"),
        ];
        let settings = settings.map(|(key, value)| (key.to_owned(), value.to_owned()));
        add_settings(&mut headers, &BTreeMap::from(settings));
        for (name, value) in [
            ("cookie", "the-callers"),
            ("threshold", "7"),
            ("api.key", "secret"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        assert_eq!(headers.len(), 3, "{headers:?}");
    }

    #[test]
    fn headers_of_one_hop_are_dropped_also_those_that_connection_names() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "keep-alive, X-Only-Here"),
            ("x-only-here", "1"),
            ("te", "trailers"),
        ] {
            append(&mut headers, name, value.as_bytes());
        }
        append(&mut headers, "x-kept", b"1");
        drop_hop_by_hop(&mut headers);
        assert_eq!(
            headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["x-kept"]
        );
    }
}
