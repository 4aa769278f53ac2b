//! The bootstrap user: the one user that a service starts with.

use std::sync::Arc;

use reqwest::{Method, StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::credentials::{Credentials, secret_header};
use crate::id::TenantId;
use crate::platform::transport::Transport;
use crate::platform::{PlatformError, TenantClient};

/// Asks the platform what only the bootstrap user may ask, and makes clients of the answers.
#[derive(Debug)]
pub(crate) struct BootstrapUser {
    transport: Arc<Transport>,
    credentials: Credentials,
}

#[derive(Deserialize)]
struct CurrentApplication {
    key: SecretString,
}

#[derive(Deserialize)]
struct SubscriptionList {
    users: Vec<ServiceUser>,
}

#[derive(Deserialize)]
struct ServiceUser {
    tenant: TenantId,
    name: String,
    password: SecretString,
}

impl BootstrapUser {
    pub(crate) fn new(transport: Arc<Transport>, credentials: Credentials) -> Self {
        Self {
            transport,
            credentials,
        }
    }

    /// Asks for the application key, unless it is known: `GET /application/currentApplication`.
    async fn ensure_application_key(&self) -> Result<(), PlatformError> {
        if !self.transport.has_application_key() {
            let application: CurrentApplication = self.get(&[]).await?;
            let key = secret_header(&application.key).ok_or(PlatformError::UnexpectedBody {
                status: StatusCode::OK,
                reason: "its key cannot be sent in a header".to_owned(),
            })?;
            self.transport.set_application_key(key);
        }
        Ok(())
    }

    /// The service users of all subscribed tenants: `GET
    /// /application/currentApplication/subscriptions`.
    ///
    /// The application key is known by then: no client is made that would go without it.
    pub(super) async fn subscriptions(&self) -> Result<Vec<Credentials>, PlatformError> {
        self.ensure_application_key().await?;
        let list: SubscriptionList = self.get(&["subscriptions"]).await?;
        let users = list.users.into_iter();
        Ok(users
            .map(|user| Credentials::new(user.tenant, &user.name, &user.password))
            .collect())
    }

    /// The one service user of a service that is isolated per tenant, once the key is known.
    pub(super) async fn only(&self, user: &Credentials) -> Result<Vec<Credentials>, PlatformError> {
        self.ensure_application_key().await?;
        Ok(vec![user.clone()])
    }

    pub(super) fn client_for(&self, user: Credentials) -> TenantClient {
        TenantClient::new(Arc::clone(&self.transport), user)
    }

    /// The application key is left out: it is not for the bootstrap user.
    async fn get<T: DeserializeOwned>(&self, below: &[&str]) -> Result<T, PlatformError> {
        let path = [&["application", "currentApplication"], below].concat();
        let url = self.transport.url(&path)?;
        let authorization = self.credentials.authorization();
        let request = Transport::request_without_key(Method::GET, url, authorization);
        self.transport.send(request).await?.json()
    }
}
