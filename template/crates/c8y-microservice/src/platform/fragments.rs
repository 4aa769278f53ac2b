//! Custom properties of what is made or changed.

use serde_json::{Map, Value};

use super::PlatformError;

/// Refuses fragments with the name of a property that has its own place: an object cannot have it
/// twice.
pub(super) fn refuse_names(
    fragments: &Map<String, Value>,
    properties: &[&str],
) -> Result<(), PlatformError> {
    match properties
        .iter()
        .find(|name| fragments.contains_key(**name))
    {
        Some(name) => Err(PlatformError::Invalid(format!(
            "`{name}` is no name for a fragment"
        ))),
        None => Ok(()),
    }
}
