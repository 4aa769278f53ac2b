//! The platform's error form for what others answered, such as the HTTP server itself.

use actix_web::Error;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::middleware::Next;

use super::ApiError;

/// Gives every answer of 400 and above a body in the platform's form, unless it has a JSON body
/// already. The text that it had goes to the log.
pub(crate) async fn error_form(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await.map_err(in_form)?;
    let response = response.map_into_boxed_body();
    let status = response.status();
    let content_type = response.headers().get(CONTENT_TYPE);
    if content_type.is_some_and(is_json) || !(status.is_client_error() || status.is_server_error())
    {
        return Ok(response);
    }
    let detail = response.response().error().map(ToString::to_string);
    let headers = response.headers().clone();
    let mut answer = ApiError::of_status(status);
    if let Some(detail) = detail {
        answer = answer.because(detail);
    }
    let mut response = response.error_response(answer);
    // All but what describes the body that was replaced.
    let kept = headers
        .into_iter()
        .filter(|(name, _)| !name.as_str().starts_with("content-"));
    for (name, value) in kept {
        response.headers_mut().append(name, value);
    }
    Ok(response)
}

/// `application/json` and `…+json`, with any parameters.
fn is_json(content_type: &HeaderValue) -> bool {
    let media_type = content_type.as_bytes().split(|byte| *byte == b';').next();
    media_type.is_some_and(|media_type| media_type.trim_ascii().ends_with(b"json"))
}

/// The error of a middleware of the service's own, which nobody has made an answer of yet.
fn in_form(error: Error) -> Error {
    if error.as_error::<ApiError>().is_some() {
        return error;
    }
    let status = error.as_response_error().status_code();
    ApiError::of_status(status)
        .because(error.to_string())
        .into()
}
