//! Where requests meet faults.

use std::io;
use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::HttpResponse;
use actix_web::body::{BodyStream, BoxBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER, UPGRADE};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use futures_util::{StreamExt, stream};
use tokio::time::{sleep, timeout};

use super::connection::Connection;
use super::control::is_control;
use super::fault::{Failure, Request};
use super::half_body::halve;
use super::list::{Faults, Met};
use super::spoiled_body::{garble, oversize, slow_down};
use crate::api::{authenticate, refused};
use crate::refusal::Refusal;
use crate::state::Store;

/// How long the rest of a request is waited for whose connection is to be closed.
const REST: Duration = Duration::from_secs(1);

/// Notes on a request that nothing was answered.
pub(crate) struct Unanswered;

/// Middleware: lets a request meet the faults that are for it.
pub(crate) async fn apply(
    faults: Data<Faults>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse, actix_web::Error> {
    if !faults.any() || is_control(request.path()) {
        return next.call(request).await;
    }
    let Met { latency, failure } = met(&faults, &request);
    if let Some(latency) = latency {
        sleep(latency).await;
    }
    match failure {
        None => next.call(request).await,
        Some(Failure::Status(status)) => Ok(request.into_response(error(status))),
        Some(Failure::TooManyRequests { retry_after_s }) => {
            let mut answer = error(StatusCode::TOO_MANY_REQUESTS.as_u16());
            let headers = answer.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from(retry_after_s));
            Ok(request.into_response(answer))
        }
        Some(Failure::Dropped) => Ok(dropped(request).await),
        Some(Failure::Reset) => Ok(reset(request)),
        Some(Failure::ResetWhenDone) => {
            let (request, _lost) = next.call(request).await?.into_parts();
            Ok(reset(ServiceRequest::from_request(request)))
        }
        Some(Failure::HalfBody) => next.call(request).await.map(halve),
        Some(Failure::OversizedBody) => next.call(request).await.map(oversize),
        Some(Failure::GarbledBody) => next.call(request).await.map(garble),
        Some(Failure::SlowBody { pause }) => {
            let answer = next.call(request).await?;
            Ok(slow_down(answer, pause))
        }
    }
}

fn met(faults: &Faults, request: &ServiceRequest) -> Met {
    let store = request.app_data::<Data<Store>>();
    // Also for the record of requests, which is to say who has met the fault.
    let caller = store.and_then(|store| authenticate(request.request(), store).ok());
    faults.met_by(&Request {
        method: request.method().as_str(),
        path: request.path(),
        tenant: caller.as_ref().map(|caller| caller.tenant.as_str()),
    })
}

fn error(status: u16) -> HttpResponse {
    let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = code.canonical_reason().unwrap_or("Failure");
    let area = match code {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "security",
        _ => "general",
    };
    let message = "This error was asked for: a fault is injected";
    refused(&Refusal::new(status, format!("{area}/{kind}"), message))
}

/// A connection that is closed with something of the request unread is reset by the system: so the
/// request is read to its end first.
async fn dropped(mut request: ServiceRequest) -> ServiceResponse {
    if !request.headers().contains_key(UPGRADE) {
        let mut rest = request.take_payload();
        let read = async { while let Some(Ok(_)) = rest.next().await {} };
        // One that does not end is left unread.
        let _ = timeout(REST, read).await;
    }
    unanswered(request)
}

fn reset(request: ServiceRequest) -> ServiceResponse {
    if let Some(connection) = request.conn_data::<Connection>() {
        // What cannot be reset is closed.
        let _ = connection.reset_when_closed();
    }
    unanswered(request)
}

/// The server closes the connection on an answer whose body fails at once, before any of it is
/// sent.
fn unanswered(request: ServiceRequest) -> ServiceResponse {
    request.extensions_mut().insert(Unanswered);
    let body = stream::once(async { Err::<Bytes, _>(broken()) });
    let body = BoxBody::new(BodyStream::new(Box::pin(body)));
    request.into_response(HttpResponse::with_body(StatusCode::OK, body))
}

pub(super) fn broken() -> io::Error {
    io::Error::other("a fault is injected")
}
