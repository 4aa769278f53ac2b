//! Settings, and the types that their texts are read as.

use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{SettingsError, Values, text};
use crate::platform::PlatformError;
use crate::platform::fuzzing::answer;

/// A setting in the answer to `GET /application/currentApplication/settings`.
pub fn setting(
    body: &[u8],
    key: &str,
) -> Result<Result<SecretString, SettingsError>, PlatformError> {
    let values: Values = answer(body).json()?;
    Ok(values.get(key).cloned())
}

/// The value of a setting's text.
#[must_use]
pub fn parse_setting<T: DeserializeOwned>(text: &str) -> Option<T> {
    text::parse(text)
}

/// The text of a setting's value.
#[must_use]
pub fn write_setting<T: Serialize>(value: &T) -> Option<String> {
    text::write(value)
}
