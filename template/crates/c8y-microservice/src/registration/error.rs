//! Why the service has no bootstrap user yet.

use std::fmt::{self, Display};

use crate::id::TenantId;
use crate::platform::PlatformError;
use crate::subscriptions::BootstrapFailure;

/// A registration that did not succeed. It is tried again.
#[derive(Debug, thiserror::Error)]
pub(super) enum RegistrationError {
    /// The name is taken.
    #[error(
        "the application {name} belongs to tenant {owner}, not to C8Y_BOOTSTRAP_TENANT: the manifest \
         needs another name"
    )]
    OfAnotherTenant { name: String, owner: TenantId },
    /// A request failed.
    #[error("the application cannot be registered: {step}: {error}{}", step.hint(error))]
    Request { step: Step, error: PlatformError },
}

/// What was being done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Find,
    Create,
    Update,
    ReadUser,
}

impl Step {
    pub(super) fn failed(self, error: PlatformError) -> RegistrationError {
        RegistrationError::Request { step: self, error }
    }

    fn role(self) -> &'static str {
        match self {
            Self::Find => "ROLE_APPLICATION_MANAGEMENT_READ",
            Self::Create | Self::ReadUser => "ROLE_APPLICATION_MANAGEMENT_ADMIN",
            Self::Update => "ROLE_USER_MANAGEMENT_ADMIN",
        }
    }

    /// What may be done about an error.
    fn hint(self, error: &PlatformError) -> String {
        match error {
            PlatformError::Unauthorized(_) => {
                "; C8Y_BOOTSTRAP_USER has to be a user who may manage applications".to_owned()
            }
            PlatformError::Forbidden(_) => format!("; C8Y_BOOTSTRAP_USER needs {}", self.role()),
            _ => String::new(),
        }
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Find => "looking for it",
            Self::Create => "making it",
            Self::Update => "updating it",
            Self::ReadUser => "reading its bootstrap user",
        })
    }
}

impl From<RegistrationError> for BootstrapFailure {
    fn from(error: RegistrationError) -> Self {
        let summary = match &error {
            RegistrationError::OfAnotherTenant { .. } => {
                "the application of this name belongs to another tenant".to_owned()
            }
            RegistrationError::Request { step, error } => format!(
                "the application cannot be registered: {step}: {}{}",
                error.summary(),
                step.hint(error)
            ),
        };
        Self {
            detail: error.to_string(),
            summary,
        }
    }
}
