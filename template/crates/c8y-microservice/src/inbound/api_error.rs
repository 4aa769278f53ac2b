//! Refusals and failures, as callers see them.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde_json::json;

use crate::outbound;
use crate::platform::{Answer, PlatformError, SettingsError};
use crate::subscriptions::SubscriptionsError;

/// Where the platform documents its errors; sent as `info`.
const INFO: &str = "https://cumulocity.com/api/core/";

/// An answer that is not a success, in the platform's form:
/// `{"error":"…","message":"…","info":"…"}`.
///
/// The caller gets the message alone. The detail goes into the line that the request leaves in the
/// log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    status: StatusCode,
    error: Cow<'static, str>,
    message: String,
    retry_after: Option<Duration>,
    detail: Option<String>,
    /// What the log has in place of the message.
    logged: Option<String>,
}

impl ApiError {
    /// 400: the request is not even in the right form.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "microservice/Bad Request", message)
    }

    /// 401: the caller has no, or no valid, credentials.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "security/Unauthorized", message)
    }

    /// 403: the caller is known, and may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "security/Forbidden", message)
    }

    /// 404: there is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "microservice/Not Found", message)
    }

    /// 408: the caller took too long to send the request.
    pub fn request_timeout(message: impl Into<String>) -> Self {
        let status = StatusCode::REQUEST_TIMEOUT;
        Self::new(status, "microservice/Request Timeout", message)
    }

    /// 413: the body is larger than it may be.
    pub fn too_large(message: impl Into<String>) -> Self {
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Self::new(status, "microservice/Payload Too Large", message)
    }

    /// 422: the body is understood and not acceptable. The message names the field, and what is
    /// allowed there.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "undefined/validationError",
            message,
        )
    }

    /// 500: a mistake of the service. Only the log gets the detail.
    pub fn internal(detail: impl Into<String>) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(
            status,
            "microservice/Internal Server Error",
            "Internal error",
        )
        .because(detail)
    }

    /// 502: the platform answered, and not as it should have.
    pub fn bad_gateway(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "microservice/Bad Gateway", message)
    }

    /// 503: not now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "microservice/Service Unavailable",
            message,
        )
    }

    /// Says when the caller may try again: the header `Retry-After`, in seconds that are rounded up.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Adds what only the log gets.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Keeps the message out of the log, since it quotes the caller, and gives the log this instead.
    pub(super) fn logged_as(mut self, text: String) -> Self {
        self.logged = Some(text);
        self
    }

    #[cfg(test)]
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// A refusal of the platform's that is meant for the caller.
    fn passed_on(answer: &Answer) -> Option<Self> {
        let status = StatusCode::from_u16(answer.status.as_u16()).ok()?;
        let error = answer.error.clone().filter(|_| answer.for_the_caller)?;
        let message = answer.message.clone();
        status.is_client_error().then(|| Self {
            retry_after: answer.retry_after,
            ..Self::new(status, error, message)
        })
    }

    /// An answer with a status that something else decided on.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let reason = status.canonical_reason().unwrap_or("Error");
        Self::new(status, "microservice/Error", reason)
    }

    fn new(
        status: StatusCode,
        error: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            error: error.into(),
            message: message.into(),
            retry_after: None,
            detail: None,
            logged: None,
        }
    }
}

/// For the log, with the detail.
impl Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.logged.as_ref().unwrap_or(&self.message);
        match &self.detail {
            Some(detail) => write!(f, "{message}: {detail}"),
            None => f.write_str(message),
        }
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((WWW_AUTHENTICATE, "Basic realm=\"Cumulocity\""));
        }
        if let Some(wait) = self.retry_after {
            response.insert_header((RETRY_AFTER, whole_seconds(wait)));
        }
        response.json(json!({
            "error": self.error,
            "message": self.message,
            "info": INFO,
        }))
    }
}

/// Rounded up: who comes sooner is told to wait again.
fn whole_seconds(wait: Duration) -> u64 {
    let begun = u64::from(wait.subsec_nanos() > 0);
    wait.as_secs().saturating_add(begun)
}

/// 503 where the platform did not answer, 502 where its answer was not what the endpoint needed. What
/// the platform refuses the caller itself, whom a client of [`AsUser`](crate::AsUser) stands for, is
/// passed on: the status, the platform's words, and how long it asks to wait.
impl From<PlatformError> for ApiError {
    fn from(error: PlatformError) -> Self {
        if let Some(refusal) = error.answer().and_then(Self::passed_on) {
            return refusal;
        }
        let answer = match &error {
            PlatformError::Unreachable(_)
            | PlatformError::NoAnswer(_)
            | PlatformError::NotRegistered
            | PlatformError::NotSent(_)
            | PlatformError::Stopping => Self::unavailable(error.summary()),
            PlatformError::Invalid(_) => return Self::internal(error.to_string()),
            _ => Self::bad_gateway(error.summary()),
        };
        answer.because(error.to_string())
    }
}

/// An error of [`Config::http_client`](crate::Config::http_client)'s: 503 where the address outside
/// the platform was not reached or did not answer in time, 502 where its answer was not what the
/// endpoint needed.
impl From<reqwest::Error> for ApiError {
    fn from(error: reqwest::Error) -> Self {
        let answer = match error.status() {
            Some(status) => Self::bad_gateway(format!("another server answered {status}")),
            None if error.is_builder() => return Self::internal(outbound::explain(error)),
            None if error.is_decode() => Self::bad_gateway("another server's answer is unusable"),
            None => Self::unavailable("another server did not answer"),
        };
        answer.because(outbound::explain(error))
    }
}

/// 500 where a setting is missing or is not what the service needs: whoever calls cannot mend that.
/// A failed read is as any other request to the platform.
impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Forbidden(error)
            | SettingsError::Unreachable(error)
            | SettingsError::Platform(error) => error.into(),
            error => Self::internal(error.to_string()),
        }
    }
}

impl From<SubscriptionsError> for ApiError {
    fn from(error: SubscriptionsError) -> Self {
        match error {
            SubscriptionsError::Read(error) => error.into(),
            SubscriptionsError::NotReadYet => Self::unavailable(error.to_string()),
            SubscriptionsError::Disabled => Self::internal(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_seconds_and_never_too_short() {
        for (wait, told) in [
            (Duration::ZERO, "0"),
            (Duration::from_nanos(1), "1"),
            (Duration::from_secs(1), "1"),
            (Duration::from_millis(6_001), "7"),
            (Duration::MAX, "18446744073709551615"),
        ] {
            let error = ApiError::unavailable("not now").retry_after(wait);
            let answer = error.error_response();
            let header = answer.headers().get(RETRY_AFTER).unwrap();
            assert_eq!(header, told, "{wait:?}");
        }
        let answer = ApiError::unavailable("not now").error_response();
        assert!(!answer.headers().contains_key(RETRY_AFTER));
    }

    #[test]
    fn that_there_are_no_subscriptions_is_for_the_log() {
        let error = ApiError::from(SubscriptionsError::Disabled);
        assert_eq!(error.status_code(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(error.message, "Internal error");
        let line = error.to_string();
        assert!(
            line.contains("MICROSERVICE_SUBSCRIPTION_ENABLED=false"),
            "{line}"
        );
    }
}
