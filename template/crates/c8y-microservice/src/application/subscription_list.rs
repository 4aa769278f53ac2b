//! The subscriptions, as the platform lists them.

use std::borrow::Cow;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use super::Application;
use crate::credentials::Credentials;
use crate::platform::{PlatformError, Response};

/// The answer to `GET /application/currentApplication/subscriptions`.
pub(crate) struct SubscriptionList(Response);

/// The service user of a subscribed tenant. Its texts stay in the answer: there are thousands of
/// them, and nearly all are known already.
#[derive(Deserialize)]
pub(crate) struct ListedUser<'a> {
    #[serde(borrow)]
    pub(crate) tenant: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow)]
    pub(crate) password: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Content<'a> {
    #[serde(borrow)]
    users: Vec<ListedUser<'a>>,
}

impl Application {
    /// The service users of all subscribed tenants.
    pub(crate) async fn subscriptions(self: &Arc<Self>) -> Result<SubscriptionList, PlatformError> {
        let answer = self.bootstrap_get(&["subscriptions"]).await?;
        Ok(SubscriptionList(answer))
    }
}

impl SubscriptionList {
    pub(crate) fn users(&self) -> Result<Vec<ListedUser<'_>>, PlatformError> {
        ListedUser::all_in(self.0.body()).map_err(|error| PlatformError::UnexpectedBody {
            status: self.0.status(),
            // The position alone: serde quotes values, and here are passwords.
            reason: format!(
                "not the expected JSON at line {} column {}",
                error.line(),
                error.column()
            ),
        })
    }
}

impl<'a> ListedUser<'a> {
    pub(crate) fn credentials(&self) -> Credentials {
        let password = SecretString::from(&*self.password);
        Credentials::new((*self.tenant).into(), &self.name, &password)
    }

    pub(crate) fn all_in(answer: &'a [u8]) -> serde_json::Result<Vec<Self>> {
        let content: Content<'a> = serde_json::from_slice(answer)?;
        Ok(content.users)
    }
}
