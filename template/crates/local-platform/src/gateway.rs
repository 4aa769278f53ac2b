//! The gateway: `/service/<contextPath>/<path>` of the platform is `/<path>` of the service.
//!
//! It authenticates the caller and checks the subscription of the caller's tenant. Roles are the
//! service's to check.

mod body;
mod headers;
mod targets;

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::body::{BoxBody, None as NoBody};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use hyper::body::Incoming;
use hyper::header::CONTENT_LENGTH;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use crate::api::authenticate;
use crate::refusal::Refusal;
use crate::state::{Caller, Store};

pub(crate) use targets::{Instance, Targets};

const PREFIX: &str = "/service/";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a service may take to begin its answer, from the moment that the request is passed on:
/// taking in the request's body counts. Also between two pieces of a body.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// Below the few seconds after which servers close an idle connection: one that is about to go is
/// not used.
const IDLE_TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(web::scope("/service").default_service(web::to(forward)));
}

/// The gateway's connections. One for each worker, since they end with the worker's runtime.
pub(crate) struct Connections(Client<HttpConnector, body::Outgoing>);

impl Connections {
    pub(crate) fn new() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let mut builder = Client::builder(TokioExecutor::new());
        Self(builder.pool_idle_timeout(IDLE_TIMEOUT).build(connector))
    }
}

async fn forward(
    request: HttpRequest,
    payload: Payload,
    store: Data<Store>,
    targets: Data<Targets>,
    connections: Data<Connections>,
) -> Result<HttpResponse, Refusal> {
    let caller = authenticate(&request, &store)?;
    let address = route(&store, &targets, &caller, context_path(&request))?;
    let outgoing = outgoing(&request, payload, address)?;
    match timeout(ANSWER_TIMEOUT, connections.0.request(outgoing)).await {
        Ok(Ok(answer)) => Ok(answered(answer, request.method() == Method::HEAD)),
        Ok(Err(error)) => Err(failed(&error, address)),
        Err(_) => Err(Refusal::new(
            504,
            "gateway/Gateway Timeout",
            format!(
                "The microservice did not begin its answer within {} s",
                ANSWER_TIMEOUT.as_secs()
            ),
        )),
    }
}

/// The instance that serves the caller. A service that is not theirs is not told apart from none.
fn route(
    store: &Store,
    targets: &Targets,
    caller: &Caller,
    context_path: &str,
) -> Result<SocketAddr, Refusal> {
    if caller.bootstraps().is_some() {
        return Err(Refusal::forbidden(
            "Access is denied: not open to bootstrap users",
        ));
    }
    let subscribed = store.with(|platform| {
        let service = platform.microservice_at(context_path);
        service.is_some_and(|service| platform.is_subscribed(&caller.tenant, service.id))
    });
    if !subscribed {
        let tenant = &caller.tenant;
        let what = format!("microservice {context_path} in the subscriptions of tenant {tenant}");
        return Err(Refusal::not_found("gateway", what));
    }
    targets.find(context_path, &caller.tenant)
}

fn outgoing(
    request: &HttpRequest,
    payload: Payload,
    address: SocketAddr,
) -> Result<hyper::Request<body::Outgoing>, Refusal> {
    let (prefix, path) = split(request.uri().path());
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    let headers = request.headers();
    let length = headers
        .get("content-length")
        .map(actix_web::http::header::HeaderValue::as_bytes);
    let has_body = headers.contains_key("transfer-encoding") || length.is_some_and(|it| it != b"0");
    let body = if has_body {
        body::outgoing(payload, ANSWER_TIMEOUT)
    } else {
        body::empty()
    };
    let mut outgoing = hyper::Request::builder()
        .method(request.method().as_str())
        .uri(format!("http://{address}{path}{query}"))
        .body(body)
        .map_err(|error| Refusal::invalid(format!("Not a request to forward: {error}")))?;
    *outgoing.headers_mut() = headers::to_service(request, prefix);
    Ok(outgoing)
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

/// The service's answer as it came: nothing that it left out is added.
fn answered(answer: hyper::Response<Incoming>, to_head: bool) -> HttpResponse {
    let (mut head, answer_body) = answer.into_parts();
    headers::drop_hop_by_hop(&mut head.headers);
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let length = head.headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if bodiless || to_head && length.is_none() {
        BoxBody::new(NoBody::new())
    } else {
        body::incoming(answer_body, length, ANSWER_TIMEOUT)
    };
    let mut response = HttpResponse::with_body(status, body);
    headers::to_caller(&head.headers, response.headers_mut());
    response
}

fn failed(error: &ClientError, address: SocketAddr) -> Refusal {
    if error.is_connect() {
        return targets::unavailable(&format!("nothing listens on {address}"));
    }
    let source = std::error::Error::source(error);
    let reason = source.map_or_else(|| error.to_string(), ToString::to_string);
    let message = format!("The microservice broke off its answer: {reason}");
    Refusal::new(502, "gateway/Bad Gateway", message)
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
