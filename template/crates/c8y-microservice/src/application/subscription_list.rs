//! The subscriptions, as the platform lists them.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use super::Application;
use crate::credentials::Credentials;
use crate::platform::{PlatformError, Response};

/// The answer to `GET /application/currentApplication/subscriptions`.
pub(crate) struct SubscriptionList(pub(crate) Response);

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
        let content: Content<'_> = self.0.json_as(PhantomData)?;
        Ok(content.users)
    }
}

impl ListedUser<'_> {
    pub(crate) fn credentials(&self) -> Credentials {
        let password = SecretString::from(&*self.password);
        Credentials::new((*self.tenant).into(), &self.name, &password)
    }
}
