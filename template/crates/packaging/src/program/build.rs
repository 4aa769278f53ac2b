//! The goal `build`: the service as a static linux/amd64 binary, with CA certificates, in `docker/`.

use super::project::Project;

/// Builds the service into the project's `docker/`.
pub(super) fn build(project: &Project) -> Result<(), BuildError> {
    Err(BuildError::Unknown(project.docker().display().to_string()))
}

/// Why the service is not built.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error("not built into {0}")]
    Unknown(String),
}
