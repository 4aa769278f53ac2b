//! The subscriptions, as the platform lists them.

use std::sync::Arc;

use secrecy::SecretString;
use serde::Deserialize;

use super::Application;
use crate::credentials::Credentials;
use crate::id::TenantId;
use crate::platform::PlatformError;

#[derive(Deserialize)]
struct SubscriptionList {
    users: Vec<ServiceUserWithPassword>,
}

#[derive(Deserialize)]
struct ServiceUserWithPassword {
    tenant: TenantId,
    name: String,
    password: SecretString,
}

impl Application {
    /// The service users of all subscribed tenants: `GET
    /// /application/currentApplication/subscriptions`.
    pub(crate) async fn subscriptions(self: &Arc<Self>) -> Result<Vec<Credentials>, PlatformError> {
        let list: SubscriptionList = self.bootstrap_get(&["subscriptions"]).await?;
        let users = list.users.into_iter();
        Ok(users
            .map(|user| Credentials::new(user.tenant, &user.name, &user.password))
            .collect())
    }
}
