//! The user that the service learns of its tenants as.

use std::sync::{PoisonError, RwLock};

use crate::config;
use crate::credentials::Credentials;
use crate::platform::PlatformError;

/// The bootstrap user: the configured one, or none until the service has registered its
/// application.
#[derive(Debug)]
pub(super) struct BootstrapUser(RwLock<Option<Credentials>>);

impl BootstrapUser {
    pub(super) fn new(config: &config::Bootstrap) -> Self {
        let configured = (!config.register).then(|| config.user.clone());
        Self(RwLock::new(configured))
    }

    pub(super) fn credentials(&self) -> Result<Credentials, PlatformError> {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        current.clone().ok_or(PlatformError::NotRegistered)
    }

    /// Takes the bootstrap user of an application that was registered, or that there is none any
    /// more.
    #[cfg(feature = "self-registration")]
    pub(super) fn replace(&self, credentials: Option<Credentials>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = credentials;
    }
}
