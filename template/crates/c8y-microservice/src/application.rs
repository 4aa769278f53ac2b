//! The service's application on the platform: its bootstrap user, its key, its subscriptions.

use std::sync::Arc;

use reqwest::header::HeaderValue;
use reqwest::{Method, StatusCode, Url};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::bootstrap_user::BootstrapUser;
use crate::config::Config;
use crate::credentials::{Credentials, secret_header};
use crate::id::TenantId;
use crate::memory::Share;
use crate::platform::transport::{APPLICATION_KEY, Transport};
use crate::platform::{KnownObjects, KnownSettings, Outgoing, PlatformError, Response, Signer};

/// What the service is to the platform. All its requests go through here, so that each carries
/// whom it is made for.
#[derive(Debug)]
pub(crate) struct Application {
    transport: Transport,
    owner_tenant: TenantId,
    bootstrap_user: BootstrapUser,
    description: OnceCell<Description>,
    key: OnceCell<HeaderValue>,
    known_objects: KnownObjects,
    known_settings: KnownSettings,
}

/// What the platform knows of the application.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    key: SecretString,
    #[serde(default)]
    name: String,
    context_path: Option<String>,
    manifest: Option<Manifest>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    settings_category: Option<String>,
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
        // An application that the service registers has the key that the platform says.
        let key = key.filter(|_| !config.bootstrap.register);
        Self {
            transport,
            owner_tenant: config.owner_tenant().clone(),
            bootstrap_user: BootstrapUser::new(&config.bootstrap),
            description: OnceCell::new(),
            key: OnceCell::new_with(key),
            known_objects: KnownObjects::new(Share::KnownObjects.of(config.memory_limit)),
            known_settings: KnownSettings::new(Share::Settings.of(config.memory_limit)),
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
        &self.owner_tenant
    }

    #[cfg(feature = "self-registration")]
    pub(crate) fn bootstrap_user(&self) -> &BootstrapUser {
        &self.bootstrap_user
    }

    pub(crate) fn known_settings(&self) -> &KnownSettings {
        &self.known_settings
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

    /// The application key: `APPLICATION_KEY`, or what the platform says. A key does not change.
    pub(crate) async fn key(&self) -> Result<&HeaderValue, PlatformError> {
        self.key
            .get_or_try_init(async || {
                let description = self.description().await?;
                secret_header(&description.key).ok_or_else(|| PlatformError::UnexpectedBody {
                    status: StatusCode::OK,
                    reason: "its key cannot be sent in a header".to_owned(),
                })
            })
            .await
    }

    /// The category of the tenant options that are the service's settings.
    pub(crate) async fn settings_category(self: &Arc<Self>) -> Result<String, PlatformError> {
        let application = Arc::clone(self);
        let work = async move {
            let description = application.description().await?;
            Ok(description.settings_category().to_owned())
        };
        self.transport.background().run(work).await?
    }

    /// `GET /application/currentApplication`, which is asked once.
    async fn description(&self) -> Result<&Description, PlatformError> {
        self.description
            .get_or_try_init(|| self.bootstrap_get(&[]))
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
        let bootstrap_user = Signer::Fixed(self.bootstrap_user.credentials()?);
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

impl Description {
    /// The first of these that is not blank, as the platform determines it.
    fn settings_category(&self) -> &str {
        let manifest = self.manifest.as_ref();
        let given = manifest.and_then(|manifest| manifest.settings_category.as_deref());
        let candidates = [given, self.context_path.as_deref()];
        let mut candidates = candidates.into_iter().flatten();
        candidates
            .find(|category| !category.trim().is_empty())
            .unwrap_or(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(application: &str) -> String {
        let description: Description = serde_json::from_str(application).unwrap();
        description.settings_category().to_owned()
    }

    #[test]
    fn settings_are_in_the_manifests_category_or_else_under_the_context_path_or_the_name() {
        for (application, expected) in [
            (
                r#"{"key":"k","name":"n","contextPath":"p","manifest":{"settingsCategory":"c"}}"#,
                "c",
            ),
            (
                r#"{"key":"k","name":"n","contextPath":"p","manifest":{"settingsCategory":null}}"#,
                "p",
            ),
            (
                r#"{"key":"k","name":"n","contextPath":"p","manifest":{"settingsCategory":" "}}"#,
                "p",
            ),
            (r#"{"key":"k","name":"n","contextPath":"p"}"#, "p"),
            (
                r#"{"key":"k","name":"n","contextPath":null,"manifest":{}}"#,
                "n",
            ),
            (r#"{"key":"k","name":"n"}"#, "n"),
        ] {
            assert_eq!(category(application), expected, "{application}");
        }
    }
}
