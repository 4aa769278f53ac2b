//! Why there is no value.

use crate::platform::PlatformError;

/// A setting that could not be read or written. Displayed, it names the key and never the value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The settings were read, and this one is not among them: neither the tenant nor the owner has
    /// set it, and the manifest has no default.
    #[error("the setting `{0}` is missing")]
    Missing(String),
    /// The setting is there, and its text is not what was asked for; or a value cannot be written.
    #[error("the setting `{key}` is not {expected}")]
    Invalid {
        /// The key as it was asked for.
        key: String,
        /// What it should have been.
        expected: &'static str,
    },
    /// The setting is a secret that the platform does not show to this service.
    #[error("the setting `{0}` is encrypted, and not this service's to read")]
    Encrypted(String),
    /// 403: the user lacks a role, or the setting is not editable.
    #[error("the settings are closed to this user: {0}")]
    Forbidden(PlatformError),
    /// The platform cannot be reached, or did not answer.
    #[error("the settings cannot be asked for: {0}")]
    Unreachable(PlatformError),
    /// Anything else that a request can come to, such as an answer of 500.
    #[error("the settings cannot be had: {0}")]
    Platform(PlatformError),
}

impl From<PlatformError> for SettingsError {
    fn from(error: PlatformError) -> Self {
        match error {
            PlatformError::Forbidden(_) => Self::Forbidden(error),
            PlatformError::Unreachable(_) | PlatformError::NoAnswer(_) => Self::Unreachable(error),
            _ => Self::Platform(error),
        }
    }
}
