//! What the gateway changes about headers: it takes those of the one hop away, and says where a
//! request came from.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap as ActixHeaders;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};

use crate::api::host;

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
