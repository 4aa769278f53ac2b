//! Why there is no platform.

use std::io;
use std::path::PathBuf;

use packaging::ManifestError;

/// Why a platform did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// There is no manifest, or not one that the platform accepts.
    #[error("{0}")]
    Manifest(#[from] ManifestError),
    /// No manifest in a folder or any above it.
    #[error("no {} in {} or a folder above it", packaging::FILE_NAME, .0.display())]
    NoManifest(PathBuf),
    /// The port is taken, or cannot be had.
    #[error("port {port} cannot be listened on: {reason}")]
    Port {
        /// The port.
        port: u16,
        /// What the system says.
        reason: io::Error,
    },
    /// The server did not come up.
    #[error("the server did not start: {0}")]
    Server(io::Error),
    /// The application of the manifest could not be registered.
    #[error("the application cannot be registered: {0}")]
    Application(String),
}
