//! The platform's answers about the application and its subscriptions.

use super::description::{CurrentApplication, Description};
use super::subscription_list::SubscriptionList;
use crate::credentials::Credentials;
use crate::platform::PlatformError;
use crate::platform::fuzzing::answer;

/// The service users in the answer to `GET /application/currentApplication/subscriptions`.
pub fn subscriptions(body: &[u8]) -> Result<Vec<Credentials>, PlatformError> {
    let list = SubscriptionList(answer(body));
    let users = list.users()?;
    Ok(users
        .iter()
        .map(super::subscription_list::ListedUser::credentials)
        .collect())
}

/// The category of the settings in the answer to `GET /application/currentApplication`.
pub fn current_application(body: &[u8]) -> Result<String, PlatformError> {
    let current: CurrentApplication = answer(body).json()?;
    Ok(Description::try_from(current)?.settings_category)
}
