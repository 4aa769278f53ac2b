//! What the caller gets: the service's answer as it came, and nothing that it left out is added.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, None as NoBody};
use actix_web::http::{Method, StatusCode};
use hyper::body::Incoming;
use hyper::header::CONTENT_LENGTH;

use super::{body, headers};

pub(super) fn to_caller(
    answer: hyper::Response<Incoming>,
    method: &Method,
    bound: Duration,
) -> HttpResponse {
    let (mut head, answer_body) = answer.into_parts();
    headers::drop_hop_by_hop(&mut head.headers);
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let length = head.headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if bodiless || method == Method::HEAD && length.is_none() {
        BoxBody::new(NoBody::new())
    } else {
        body::incoming(answer_body, length, bound)
    };
    let mut response = HttpResponse::with_body(status, body);
    headers::to_caller(&head.headers, response.headers_mut());
    response
}
