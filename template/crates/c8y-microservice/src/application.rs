//! The service's application on the platform: its bootstrap user, its key, its subscriptions.

use std::sync::Arc;

use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode, Url};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::config::Config;
use crate::credentials::{Credentials, secret_header};
use crate::id::TenantId;
use crate::platform::transport::{APPLICATION_KEY, Transport};
use crate::platform::{KnownObjects, Outgoing, PlatformError, Response, Signer};

/// What the service is to the platform. All its requests go through here, so that each carries
/// whom it is made for.
#[derive(Debug)]
pub(crate) struct Application {
    transport: Transport,
    bootstrap_user: Credentials,
    key: OnceCell<HeaderValue>,
    known_objects: KnownObjects,
}

#[derive(Deserialize)]
struct CurrentApplication {
    key: SecretString,
}

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
    pub(crate) fn new(config: &Config, transport: Transport) -> Self {
        let key = config.application.key.as_ref().and_then(secret_header);
        Self {
            transport,
            bootstrap_user: config.bootstrap.user.clone(),
            key: OnceCell::new_with(key),
            known_objects: KnownObjects::new(config.memory_limit / 20),
        }
    }

    pub(crate) fn url(&self, segments: &[&str]) -> Result<Url, PlatformError> {
        self.transport.url(segments)
    }

    pub(crate) fn raw_url(&self, path: &str) -> Result<Url, PlatformError> {
        self.transport.raw_url(path)
    }

    /// The tenant that has the application.
    pub(crate) fn owner_tenant(&self) -> &TenantId {
        self.bootstrap_user.tenant()
    }

    pub(crate) fn known_objects(&self) -> &KnownObjects {
        &self.known_objects
    }

    /// Sends a request and reads the whole answer. An answer that is not a success is an error.
    pub(crate) async fn send(
        self: &Arc<Self>,
        outgoing: Outgoing,
        signer: &Signer,
    ) -> Result<Response, PlatformError> {
        let application = Arc::clone(self);
        let signer = signer.clone();
        let work = async move { application.exchange(outgoing, &signer).await };
        self.transport.background().run(work).await?
    }

    async fn exchange(
        &self,
        mut outgoing: Outgoing,
        signer: &Signer,
    ) -> Result<Response, PlatformError> {
        if outgoing.by_application {
            let key = self.key().await?.clone();
            outgoing.headers.insert(APPLICATION_KEY, key);
        }
        let credentials = signer.sign(&mut outgoing.headers);
        match self.transport.exchange(outgoing.request()).await {
            Err(PlatformError::Unauthorized(answer)) => {
                let renewed = match &credentials {
                    Some(credentials) => signer.renewed(credentials).await,
                    None => false,
                };
                if !renewed {
                    return Err(PlatformError::Unauthorized(answer));
                }
                signer.sign(&mut outgoing.headers);
                self.transport.exchange(outgoing.request()).await
            }
            result => result,
        }
    }

    /// The application key: `APPLICATION_KEY`, or what the platform says (`GET
    /// /application/currentApplication`), which is asked once. A key does not change.
    pub(crate) async fn key(&self) -> Result<&HeaderValue, PlatformError> {
        self.key
            .get_or_try_init(async || {
                let application: CurrentApplication = self.bootstrap_get(&[]).await?;
                secret_header(&application.key).ok_or_else(|| PlatformError::UnexpectedBody {
                    status: StatusCode::OK,
                    reason: "its key cannot be sent in a header".to_owned(),
                })
            })
            .await
    }

    /// The service users of all subscribed tenants: `GET
    /// /application/currentApplication/subscriptions`.
    pub(crate) async fn subscriptions(&self) -> Result<Vec<Credentials>, PlatformError> {
        let list: SubscriptionList = self.bootstrap_get(&["subscriptions"]).await?;
        let users = list.users.into_iter();
        Ok(users
            .map(|user| Credentials::new(user.tenant, &user.name, &user.password))
            .collect())
    }

    /// Asks as the bootstrap user, whose requests go without the application key. To be called on
    /// the background runtime.
    async fn bootstrap_get<T: DeserializeOwned>(&self, below: &[&str]) -> Result<T, PlatformError> {
        let path = [&["application", "currentApplication"], below].concat();
        let outgoing = Outgoing::new(Method::GET, self.url(&path)?).without_key();
        let bootstrap_user = Signer::Fixed(self.bootstrap_user.clone());
        self.exchange_boxed(outgoing, bootstrap_user).await?.json()
    }

    /// The key is asked for with a request, which is sent as any other.
    async fn exchange_boxed(
        &self,
        outgoing: Outgoing,
        signer: Signer,
    ) -> Result<Response, PlatformError> {
        Box::pin(self.exchange(outgoing, &signer)).await
    }
}
