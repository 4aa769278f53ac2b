//! The gateway: `/service/<contextPath>/<path>` of the platform is `/<path>` of the service.
//!
//! It authenticates the caller and checks the subscription of the caller's tenant. Roles are the
//! service's to check. Whatever is sent passes as it comes, bodies piece by piece and WebSocket in
//! both directions; the instances of a service take turns.

mod answer;
mod body;
mod exchange;
mod headers;
mod targets;
mod websocket;

use std::collections::BTreeMap;

use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use hyper::StatusCode;
use hyper::header::HeaderMap;

use crate::api::authenticate;
use crate::refusal::Refusal;
use crate::state::{Caller, Store, Way};
use body::{Progress, Upload};
use exchange::{Exchange, broken_off};

pub(crate) use exchange::{Connections, GatewayOptions};
pub(crate) use targets::{Instance, Targets};

const PREFIX: &str = "/service/";

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(web::scope("/service").default_service(web::to(forward)));
}

async fn forward(
    request: HttpRequest,
    payload: Payload,
    store: Data<Store>,
    targets: Data<Targets>,
    connections: Data<Connections>,
) -> Result<HttpResponse, Refusal> {
    let limit = connections.options.timeout;
    let caller = authenticate(&request, &store)?;
    let with_settings = connections.options.settings_as_headers;
    let settings = admit(&store, &caller, context_path(&request), with_settings)?;
    let asks_for_websocket = websocket::is_asked_for(&request);
    let progress = Progress::begin();
    let (upload, from_caller) = match payload {
        payload if asks_for_websocket => (Upload::default(), Some(payload)),
        payload if has_body(&request) => (Upload::begin(payload, limit, progress.clone()), None),
        _ => (Upload::default(), None),
    };
    let exchange = Exchange {
        request: &request,
        headers: headers(&request, &caller, &settings, asks_for_websocket),
        upload,
        progress,
    };
    let next = |refused: &[_]| targets.next(context_path(&request), &caller.tenant, refused);
    let answer = exchange.answer(&connections, next).await?;
    match (answer.status(), from_caller) {
        (StatusCode::SWITCHING_PROTOCOLS, Some(from_caller)) => {
            let tunnel = websocket::agreed(answer, from_caller).await;
            tunnel.map_err(|error| broken_off(&error))
        }
        (StatusCode::SWITCHING_PROTOCOLS, None) => {
            Err(broken_off(&"it switches protocols without being asked"))
        }
        _ => Ok(answer::to_caller(answer, request.method(), limit)),
    }
}

/// Lets a caller pass, with the service's settings for their tenant if wanted. A service that is not
/// theirs is not told apart from none.
fn admit(
    store: &Store,
    caller: &Caller,
    context_path: &str,
    with_settings: bool,
) -> Result<BTreeMap<String, String>, Refusal> {
    if caller.bootstraps().is_some() {
        return Err(Refusal::forbidden(
            "Access is denied: not open to bootstrap users",
        ));
    }
    let tenant = &caller.tenant;
    store.with(|platform| {
        let service = platform
            .microservice_at(context_path)
            .filter(|service| platform.is_subscribed(tenant, service.id));
        let service = service.ok_or_else(|| {
            let subscriptions = format!("the subscriptions of tenant {tenant}");
            let what = format!("microservice {context_path} in {subscriptions}");
            Refusal::not_found("gateway", what)
        })?;
        let settings = with_settings.then(|| platform.settings(service, tenant));
        Ok(settings.unwrap_or_default())
    })
}

fn headers(
    request: &HttpRequest,
    caller: &Caller,
    settings: &BTreeMap<String, String>,
    asks_for_websocket: bool,
) -> HeaderMap {
    let (prefix, _) = split(request.uri().path());
    let mut headers = headers::to_service(request, prefix);
    if caller.way == Way::Cookie {
        headers::add_phony_basic(&mut headers, caller);
    }
    headers::add_settings(&mut headers, settings);
    if asks_for_websocket {
        websocket::ask_for(&mut headers);
    }
    headers
}

fn has_body(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let length = headers.get("content-length");
    headers.contains_key("transfer-encoding")
        || length.is_some_and(|length| length.as_bytes() != b"0")
}

/// The first segment behind [`PREFIX`], decoded as far as a path of the platform's own is.
fn context_path(request: &HttpRequest) -> &str {
    let (prefix, _) = split(request.path());
    prefix.strip_prefix(PREFIX).unwrap_or_default()
}

/// `/service/hello/a%20b` is `/a%20b` behind `/service/hello`: as it came, encoding and all.
fn split(path: &str) -> (&str, &str) {
    let service = path.strip_prefix(PREFIX).unwrap_or_default();
    match service.find('/') {
        Some(slash) => path.split_at(PREFIX.len() + slash),
        None => (path, "/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_behind_the_context_path_goes_on_as_it_came() {
        assert_eq!(
            split("/service/hello/a%2Fb/"),
            ("/service/hello", "/a%2Fb/")
        );
        assert_eq!(split("/service/hello/"), ("/service/hello", "/"));
        assert_eq!(split("/service/hello"), ("/service/hello", "/"));
    }
}
