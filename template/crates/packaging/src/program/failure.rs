//! Why a goal was not reached.

use super::account::AccountError;
use super::bootstrap::BootstrapError;
use super::build::BuildError;
use super::deploy::DeployError;
use super::pack::PackError;
use super::platform::CallError;
use super::project::ProjectError;
use super::run::RunError;
use super::validate::ValidateError;

/// Why a goal was not reached.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error(transparent)]
    Validate(#[from] ValidateError),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Pack(#[from] PackError),
    #[error(transparent)]
    Deploy(#[from] DeployError),
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(
        "this tenant has no application {0}\n  deploy it first; -a names another one, and -te the tenant that has it"
    )]
    NotDeployed(String),
}
