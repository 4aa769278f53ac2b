//! What TLS trusts.

use std::path::PathBuf;

use super::environment::Reader;

/// The certificates of those who may vouch for a server: where either of the two is set, only what
/// is found there, otherwise the system's. Files are in PEM form.
///
/// What cannot be read is left out, with a warning: a service that only speaks http needs none.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Certificates {
    /// `SSL_CERT_FILE`: a file with any number of certificates.
    pub file: Option<PathBuf>,
    /// `SSL_CERT_DIR`: directories with such files, split by `:` (`;` on Windows).
    pub directories: Vec<PathBuf>,
}

impl Certificates {
    pub(super) fn read(env: &mut Reader<'_>) -> Self {
        let directories = env.text("SSL_CERT_DIR").unwrap_or_default();
        Self {
            file: env.text("SSL_CERT_FILE").map(PathBuf::from),
            directories: std::env::split_paths(&directories)
                .filter(|directory| !directory.as_os_str().is_empty())
                .collect(),
        }
    }
}
