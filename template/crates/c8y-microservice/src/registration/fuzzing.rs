//! The manifest that a service registers, and the applications that the platform has.

use super::Manifest;
use super::found::Applications;
use crate::platform::PlatformError;
use crate::platform::fuzzing::answer;

/// The name in a manifest.
pub fn manifest(text: &str) -> Result<String, String> {
    Manifest::parse(text).map(|manifest| manifest.name)
}

/// The ID of the one application of this name that is `t100`'s own, if there is one.
pub fn own_application(body: &[u8], name: &str) -> Result<Option<String>, PlatformError> {
    let applications: Applications = answer(body).json()?;
    // Refused is what is another tenant's.
    let own = applications.of(&"t100".into(), name).ok().flatten();
    Ok(own.map(|application| application.id))
}
