//! The goal `pack`: `image.tar`, and the zip that is deployed.

use super::build::{self, BuildError};
use super::project::Project;

/// Builds the service and packs it, with a container engine where one is named.
pub(super) fn pack(project: &Project, engine: Option<&str>) -> Result<(), PackError> {
    build::build(project)?;
    Err(PackError::Unknown(engine.map(str::to_owned)))
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub(super) enum PackError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("not packed with {0:?}")]
    Unknown(Option<String>),
}
