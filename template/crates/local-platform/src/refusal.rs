//! What the platform says when it refuses a request.

/// A refused request: rendered as `{"error":"<area>/<Kind>","message":…,"info":…}` with its status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}: {message}")]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error: String,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, error: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            status,
            error: error.into(),
            message: message.into(),
        }
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(401, "security/Unauthorized", message)
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "security/Forbidden", message)
    }

    /// `what` names what was looked for, such as `managed object 12`.
    pub(crate) fn not_found(area: &str, what: impl std::fmt::Display) -> Self {
        Self::new(
            404,
            format!("{area}/Not Found"),
            format!("{what} not found"),
        )
    }

    pub(crate) fn conflict(area: &str, message: impl Into<String>) -> Self {
        Self::new(409, format!("{area}/Duplicate"), message)
    }

    /// What the platform has and this one does not: no mistake of the caller's.
    pub(crate) fn not_simulated(what: impl std::fmt::Display) -> Self {
        let message = format!("{what} is not simulated: see the README of local-platform");
        Self::new(501, "local-platform/Not Simulated", message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "undefined/validationError", message)
    }
}
