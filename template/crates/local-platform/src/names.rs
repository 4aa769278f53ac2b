//! The names that this machine is called by. A page in a browser can have the address of a name of its
//! own changed to that of this machine, and is then, to the browser, one of the platform's own: it may
//! send and read whatever it likes, and the passwords are well known. Its requests tell by `Host`.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HOST;
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::api::refused;
use crate::refusal::Refusal;
use crate::state::Store;

/// Middleware: refuses requests to a name that may be anybody's.
pub(crate) async fn refuse_others(
    store: Data<Store>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, actix_web::Error> {
    let host = request.headers().get(HOST);
    let host = host.map(|host| String::from_utf8_lossy(host.as_bytes()));
    match host.filter(|host| !is_ours(host, &store)) {
        None => next.call(request).await,
        Some(host) => {
            let message = format!(
                "Access is denied: {host:?} is no name of this platform; that is an IP address, \
                 localhost, a name below it, one without a dot, or the domain of a tenant"
            );
            Ok(request.into_response(refused(&Refusal::forbidden(message))))
        }
    }
}

fn is_ours(host: &str, store: &Store) -> bool {
    let authority: Option<Authority> = host.parse().ok();
    let name = authority.as_ref().map_or(host, Authority::host);
    is_never_foreign(name) || store.with(|platform| platform.tenant_at(name).is_some())
}

/// Whether nobody can have a name, or an address, that is written so.
fn is_never_foreign(name: &str) -> bool {
    let is_address = name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok();
    let name = name.to_ascii_lowercase();
    // Of two labels and more. `host.docker.internal` is this machine in some engines' containers.
    is_address
        || !name.contains('.')
        || [".localhost", ".internal"]
            .iter()
            .any(|it| name.ends_with(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_can_be_registered_are_foreign() {
        for name in [
            "127.0.0.1",
            "[::1]",
            "localhost",
            "T101.Localhost",
            "cumulocity",
            "",
        ] {
            assert!(is_never_foreign(name), "{name}");
        }
        for name in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "localhost.",
            "127.0.0.1.",
            "com.",
        ] {
            assert!(!is_never_foreign(name), "{name}");
        }
    }
}
