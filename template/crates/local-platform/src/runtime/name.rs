//! The names of instances and of their containers.

use super::deployment::Deployment;
use crate::state::Subscription;

const CHARACTERS: usize = 5;

/// Each container of an instance has a name of its own: the one before may be there still.
pub(super) fn container(instance: &str, restarts: u32) -> String {
    format!("{instance}.{restarts}")
}

/// As the platform names them: after the application and the tenant, with an end of its own.
pub(super) fn instance(deployment: &Deployment, subscription: Option<&Subscription>) -> String {
    let application = &deployment.environment.application;
    let tenant = subscription.map_or(&application.owner, |own| &own.tenant);
    let end: String = (0..CHARACTERS).map(|_| fastrand::lowercase()).collect();
    format!("{}-scope-{tenant}-deployment-{end}", application.name())
}
