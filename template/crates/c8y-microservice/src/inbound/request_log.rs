//! One line in the log for each request, and the request's ID on every line that is logged for it.

use std::fmt;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};
use tracing::{Instrument, debug, error, error_span, info};

use crate::health;
use crate::logging::together;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 64;

/// Runs a request in a span with its ID, which is taken from `X-Request-ID` or made, and answered
/// in that header.
pub(crate) async fn request_log<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request_id(&request);
    let method = request.method().clone();
    // The path alone: a query may hold what does not belong in a log.
    let path = request.path().to_owned();
    let is_probe = health::is_open(&path);
    let span = error_span!("request", id, %method, path);
    let started = Instant::now();
    async move {
        let answer = next.call(request).await.inspect_err(|error| {
            log(
                error.as_response_error().status_code(),
                Some(error),
                is_probe,
                started,
            );
        });
        let id = HeaderValue::from_str(&id).expect("an ID is made of letters, digits and -_.");
        let mut response = match answer {
            Ok(response) => response,
            Err(error) => return Err(Identified { error, id }.into()),
        };
        log(
            response.status(),
            response.response().error(),
            is_probe,
            started,
        );
        response.headers_mut().insert(REQUEST_ID, id);
        Ok(response)
    }
    .instrument(span)
    .await
}

/// An error that is answered with the request's ID.
#[derive(Debug)]
struct Identified {
    error: Error,
    id: HeaderValue,
}

impl fmt::Display for Identified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl ResponseError for Identified {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = self.error.error_response();
        response.headers_mut().insert(REQUEST_ID, self.id.clone());
        response
    }
}

fn log(status: StatusCode, error: Option<&Error>, is_probe: bool, started: Instant) {
    let status = status.as_u16();
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match error {
        Some(error) if status >= 500 => error!(status, duration_ms, %error, "failed"),
        Some(error) => together(|| info!(status, duration_ms, %error, "refused")),
        None if is_probe => debug!(status, duration_ms, "answered"),
        None if status >= 500 => error!(status, duration_ms, "failed"),
        None => together(|| info!(status, duration_ms, "answered")),
    }
}

/// The caller's own ID where it is short and harmless in a log, otherwise a new one.
fn request_id(request: &ServiceRequest) -> String {
    let harmless = |id: &&str| {
        (1..=LONGEST_ID).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let sent = request.headers().get(REQUEST_ID);
    sent.and_then(|id| id.to_str().ok())
        .filter(harmless)
        .map_or_else(|| format!("{:016x}", fastrand::u64(..)), ToOwned::to_owned)
}
