//! TLS with the configured certificates.

use rustls::{ClientConfig, RootCertStore};
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use tracing::warn;

use super::Target;
use crate::config::{Certificates, Config};

/// That there are no certificates is no error yet: it is one of each https request then.
pub(super) fn client_config(config: &Config, target: Target) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    if is_needed(config, target) {
        let found = load(&config.certificates);
        for error in &found.errors {
            warn!(%error, "certificates cannot be read, SSL_CERT_FILE's or the system's");
        }
        roots.add_parsable_certificates(found.certs);
    }
    // For all of the process: clients that a service makes of its own need one, too.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// The system's certificates take time and memory, which a platform at an http address does not
/// need.
fn is_needed(config: &Config, target: Target) -> bool {
    let platform = &config.platform.base_url;
    let proxy = config.proxy_for(platform);
    target == Target::Outside
        || platform.scheme() == "https"
        || proxy.is_some_and(|proxy| proxy.url().scheme() == "https")
}

fn load(certificates: &Certificates) -> CertificateResult {
    let Certificates { file, directories } = certificates;
    if file.is_none() && directories.is_empty() {
        return load_native_certs();
    }
    let mut found = load_certs_from_paths(file.as_deref(), None);
    for directory in directories {
        let more = load_certs_from_paths(None, Some(directory));
        found.certs.extend(more.certs);
        found.errors.extend(more.errors);
    }
    found
}
