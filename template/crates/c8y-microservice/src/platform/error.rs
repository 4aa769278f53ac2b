//! What can go wrong between a request and its answer.

use std::fmt::{self, Display};
use std::time::{Duration, SystemTime};

use actix_web::http::header::HttpDate;
use hyper_util::client::legacy;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use serde::Deserialize;

use crate::outbound;

/// A request to the platform that did not succeed.
///
/// The statuses that a caller can act on are variants of their own. Where a request was sent more
/// than once, the error is what the last attempt saw. Displayed, an error is one line without
/// secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlatformError {
    /// There was no connection, also not in the time for opening one, so the platform never saw the
    /// request.
    #[error("the platform cannot be reached: {0}")]
    Unreachable(String),
    /// The connection broke, no byte came for too long, or the time was up, before the answer was
    /// complete. Whether the platform acted on the request is unknown.
    #[error("the platform did not answer: {0}")]
    NoAnswer(String),
    /// 401: the credentials are not, or no longer, valid.
    #[error("the platform answered {0}")]
    Unauthorized(Answer),
    /// 403: the user lacks a role, or the tenant a subscription.
    #[error("the platform answered {0}")]
    Forbidden(Answer),
    /// 404: there is no such object in the user's tenant.
    #[error("the platform answered {0}")]
    NotFound(Answer),
    /// 409: there is one already.
    #[error("the platform answered {0}")]
    Conflict(Answer),
    /// 422: the platform understood the request and refuses its content.
    #[error("the platform answered {0}")]
    Unprocessable(Answer),
    /// Any other status that is not a success.
    #[error("the platform answered {0}")]
    Other(Answer),
    /// A success whose body is not what the platform documents.
    #[error("the platform answered {status} with an unexpected body: {reason}")]
    UnexpectedBody {
        /// The status of the answer.
        status: StatusCode,
        /// What does not fit.
        reason: String,
    },
    /// The service did not get to sending the request: no connection became free in time, the time
    /// of the request being served was over, or the application key is not known.
    #[error("the request was not sent: {0}")]
    NotSent(String),
    /// The request cannot be made, and was not: its path or body is unusable.
    #[error("the request cannot be made: {0}")]
    Invalid(String),
    /// The service registers itself, and has not done so yet: `C8Y_BOOTSTRAP_REGISTER`.
    #[error("the application is not registered yet")]
    NotRegistered,
    /// The service is stopping; the request was given up.
    #[error("the service is stopping")]
    Stopping,
}

/// An answer that is not a success: the status, and what the platform's error body says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind of error, such as `security/Forbidden`; `None` if the body is not in the
    /// platform's form.
    pub error: Option<String>,
    /// The platform's message, or the beginning of a body that is not in the platform's form.
    pub message: String,
    /// How long the platform asks to wait before the next request (`Retry-After`), counted from this
    /// answer. A request waits for it by itself, unless it has less time or was sent often enough.
    pub retry_after: Option<Duration>,
    /// Whether the request was the caller's own, so that the caller may read all of this.
    pub(crate) for_the_caller: bool,
}

/// The platform's error form; `info` is left out.
#[derive(Deserialize)]
struct ErrorBody {
    error: Option<String>,
    message: Option<String>,
}

impl PlatformError {
    /// The status of the platform's answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::UnexpectedBody { status, .. } => Some(*status),
            error => error.answer().map(|answer| answer.status),
        }
    }

    /// The platform's answer, where it is an error of its own.
    #[must_use]
    pub fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Unauthorized(answer)
            | Self::Forbidden(answer)
            | Self::NotFound(answer)
            | Self::Conflict(answer)
            | Self::Unprocessable(answer)
            | Self::Other(answer) => Some(answer),
            _ => None,
        }
    }

    /// What happened, for callers: without addresses, and without the platform's own words, which
    /// may name another tenant's users.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Unreachable(_) => "the platform cannot be reached".to_owned(),
            Self::NoAnswer(_) => "the platform did not answer".to_owned(),
            Self::NotSent(_) => "the request to the platform was not sent".to_owned(),
            Self::UnexpectedBody { status, .. } => {
                format!("the platform answered {status} with an unexpected body")
            }
            error => match error.status() {
                Some(status) => format!("the platform answered {status}"),
                None => error.to_string(),
            },
        }
    }

    /// The error of a request that was made with the caller's own credentials.
    pub(crate) fn meant_for_the_caller(mut self) -> Self {
        if let Self::Unauthorized(answer)
        | Self::Forbidden(answer)
        | Self::NotFound(answer)
        | Self::Conflict(answer)
        | Self::Unprocessable(answer)
        | Self::Other(answer) = &mut self
        {
            answer.for_the_caller = true;
        }
        self
    }

    pub(super) fn from_answer(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        let answer = Answer {
            retry_after: headers.get(RETRY_AFTER).and_then(retry_after),
            ..Answer::new(status, body)
        };
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthorized(answer),
            StatusCode::FORBIDDEN => Self::Forbidden(answer),
            StatusCode::NOT_FOUND => Self::NotFound(answer),
            StatusCode::CONFLICT => Self::Conflict(answer),
            StatusCode::UNPROCESSABLE_ENTITY => Self::Unprocessable(answer),
            _ => Self::Other(answer),
        }
    }

    pub(super) fn from_transport(error: &legacy::Error) -> Self {
        let kind = if error.is_connect() {
            Self::Unreachable
        } else {
            Self::NoAnswer
        };
        kind(outbound::chain(error))
    }

    /// The answer broke off.
    pub(super) fn from_body(error: &hyper::Error) -> Self {
        Self::NoAnswer(outbound::chain(error))
    }
}

impl From<crate::background::Stopped> for PlatformError {
    fn from(_: crate::background::Stopped) -> Self {
        Self::Stopping
    }
}

impl Answer {
    /// Characters that are kept of a text, which may be a proxy's HTML page.
    const EXCERPT: usize = 200;

    fn new(status: StatusCode, body: &[u8]) -> Self {
        let (error, message) = match serde_json::from_slice(body) {
            Ok(ErrorBody {
                error,
                message: Some(message),
            }) => (error, message),
            _ => (None, String::from_utf8_lossy(body).into_owned()),
        };
        Self {
            status,
            error: error.map(|error| excerpt(&error)),
            message: excerpt(&message),
            retry_after: None,
            for_the_caller: false,
        }
    }
}

/// Seconds, or the time from now to a date. What is neither counts as absent.
fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = SystemTime::from(text.parse::<HttpDate>().ok()?);
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

impl Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(error) = &self.error {
            write!(f, ": {error}")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

/// The beginning of a text, on one line.
fn excerpt(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(Answer::EXCERPT).collect()
}

#[cfg(test)]
mod tests;
