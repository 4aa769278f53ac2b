//! Endpoints that panic.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt;

use super::ApiError;

/// Answers 500 where an endpoint panics. Otherwise the connection would end without an answer, and
/// the log and the metrics would lack the request.
pub(crate) async fn panicking<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    // Called within, so that a panic before there is a future is an answer, too.
    let answer = AssertUnwindSafe(async { next.call(request).await }).catch_unwind();
    // The log has the place already.
    answer
        .await
        .unwrap_or_else(|_panic| Err(ApiError::internal("panicked").into()))
}
