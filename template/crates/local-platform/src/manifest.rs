//! Which manifest a platform starts with.

use std::path::{Path, PathBuf};

use packaging::{FILE_NAME, Manifest, ManifestError};
use serde_json::json;

use crate::start_error::StartError;

/// The name of an application whose manifest has none.
pub(crate) const DEFAULT_NAME: &str = "service";

/// Finds `cumulocity.json` in a folder, or in the nearest one above it.
pub fn nearest_manifest(folder: &Path) -> Result<PathBuf, StartError> {
    let no_manifest = || StartError::NoManifest(folder.to_owned());
    let absolute = std::path::absolute(folder).map_err(|_| no_manifest())?;
    let mut files = absolute.ancestors().map(|folder| folder.join(FILE_NAME));
    files.find(|file| file.is_file()).ok_or_else(no_manifest)
}

/// An application to try the platform with.
pub(crate) fn example() -> Result<Manifest, ManifestError> {
    Manifest::from_value(json!({
        "apiVersion": "2",
        "name": "example",
        "version": "1.0.0",
        "provider": {"name": "Example"},
        "isolation": "MULTI_TENANT",
        "requiredRoles": [
            "ROLE_INVENTORY_READ",
            "ROLE_INVENTORY_CREATE",
            "ROLE_INVENTORY_ADMIN",
            "ROLE_IDENTITY_READ",
            "ROLE_IDENTITY_ADMIN",
            "ROLE_ALARM_READ",
            "ROLE_ALARM_ADMIN",
        ],
        "roles": ["ROLE_EXAMPLE_CREATE"],
    }))
}
