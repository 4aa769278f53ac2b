//! The service makes its own application on the platform: `C8Y_BOOTSTRAP_REGISTER`.
//!
//! | request, as the configured user | role | when |
//! |---|---|---|
//! | `GET /application/applicationsByName/{name}` | `ROLE_APPLICATION_MANAGEMENT_READ` | first |
//! | `POST /application/applications` | `ROLE_APPLICATION_MANAGEMENT_ADMIN` | there is none |
//! | `PUT /application/applications/{id}` | `ROLE_USER_MANAGEMENT_ADMIN` | it is another one now |
//! | `GET /application/applications/{id}/bootstrapUser` | `ROLE_APPLICATION_MANAGEMENT_ADMIN` | at last |

mod error;
mod found;
#[cfg(feature = "__internals")]
pub(crate) mod fuzzing;
mod manifest;

use std::sync::Arc;

use actix_web::web::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use tracing::info;

use crate::application::Application;
use crate::config::{Config, ConfigError};
use crate::credentials::Credentials;
use crate::id::TenantId;
use crate::microservice::Error;
use crate::platform::{Address, Outgoing, PlatformError, Response, Signer};
use crate::subscriptions::{BootstrapFailure, SubscriptionsError};
use error::{RegistrationError, Step};
use found::{Applications, Found};
pub(crate) use manifest::Manifest;

const NO_MANIFEST: &str = "is true, and the service has no manifest to register: give it with \
    Microservice::manifest, or register the application and set its bootstrap user";

/// Gets the service a bootstrap user.
pub(crate) struct Registration {
    application: Arc<Application>,
    manifest: Manifest,
    /// Who may manage applications.
    registrar: Credentials,
    /// The key of an application that is made.
    key: SecretString,
}

#[derive(Deserialize)]
struct BootstrapUser {
    tenant: TenantId,
    name: String,
    password: SecretString,
}

impl Registration {
    /// What the configuration asks for, if it does. A manifest that is none is an error in any
    /// case, as it is built in.
    pub(crate) fn prepare(
        config: &Config,
        manifest: Option<Result<Manifest, String>>,
        application: &Arc<Application>,
    ) -> Result<Option<Self>, Error> {
        let manifest = manifest.transpose().map_err(Error::Manifest)?;
        if !config.bootstrap.register {
            return Ok(None);
        }
        let no_manifest = || ConfigError::of("C8Y_BOOTSTRAP_REGISTER", NO_MANIFEST);
        let manifest = manifest.ok_or_else(no_manifest)?;
        let configured = config.application.key.clone();
        Ok(Some(Self {
            application: Arc::clone(application),
            key: configured.unwrap_or_else(|| manifest.default_key().into()),
            manifest,
            registrar: config.bootstrap.user.clone(),
        }))
    }

    /// Registers the application, unless that is done.
    pub(crate) async fn ensure(&self) -> Result<(), BootstrapFailure> {
        if !self.application.is_registered() {
            let user = self.register().await?;
            self.application.is_now(Some(user));
        }
        Ok(())
    }

    /// A bootstrap user that the platform does not know any more was that of another application:
    /// the next step registers it again.
    pub(crate) fn doubt(&self, error: &SubscriptionsError) {
        if let SubscriptionsError::Read(PlatformError::Unauthorized(_)) = error {
            self.application.is_now(None);
        }
    }

    async fn register(&self) -> Result<Credentials, RegistrationError> {
        let id = self.find_or_create().await?;
        let user = self.read_user(&id).await;
        let user = user.map_err(|error| Step::ReadUser.failed(error))?;
        let name = &self.manifest.name;
        info!(application = name, id, "the application is registered");
        Ok(Credentials::new(user.tenant, &user.name, &user.password))
    }

    /// The ID of the application, which is as the manifest says then.
    async fn find_or_create(&self) -> Result<String, RegistrationError> {
        if let Some(id) = self.find_and_update().await? {
            return Ok(id);
        }
        let conflict = match self.create().await {
            Err(error @ PlatformError::Conflict(_)) => error,
            created => return created.map_err(|error| Step::Create.failed(error)),
        };
        // Another replica may have made it since the look. Where there is still none to be seen,
        // somebody else has the name, the key or the context path.
        let found = self.find_and_update().await?;
        found.ok_or_else(|| Step::Create.failed(conflict))
    }

    async fn find_and_update(&self) -> Result<Option<String>, RegistrationError> {
        let Some(found) = self.find().await? else {
            return Ok(None);
        };
        if !found.is_as(&self.manifest) {
            let updated = self.update(&found.id).await;
            updated.map_err(|error| Step::Update.failed(error))?;
        }
        Ok(Some(found.id))
    }

    /// The owner's microservice of this name.
    async fn find(&self) -> Result<Option<Found>, RegistrationError> {
        let list = self
            .list()
            .await
            .map_err(|error| Step::Find.failed(error))?;
        list.of(self.registrar.tenant(), &self.manifest.name)
    }

    async fn list(&self) -> Result<Applications, PlatformError> {
        let path = ["application", "applicationsByName", &self.manifest.name];
        let mut address = self.application.address(&path)?;
        address.add("pageSize", "2000");
        self.send(Method::GET, address, None).await?.json()
    }

    async fn create(&self) -> Result<String, PlatformError> {
        let mut body = self.manifest.fields();
        body["name"] = self.manifest.name.as_str().into();
        body["type"] = "MICROSERVICE".into();
        body["key"] = self.key.expose_secret().into();
        let path = ["application", "applications"];
        let address = self.application.address(&path)?;
        let created = self.send(Method::POST, address, Some(&body)).await?;
        let created: Found = created.json()?;
        Ok(created.id)
    }

    async fn update(&self, id: &str) -> Result<(), PlatformError> {
        let path = ["application", "applications", id];
        let address = self.application.address(&path)?;
        let body = self.manifest.fields();
        let updated = self.send(Method::PUT, address, Some(&body)).await;
        updated.map(drop)
    }

    async fn read_user(&self, id: &str) -> Result<BootstrapUser, PlatformError> {
        let path = ["application", "applications", id, "bootstrapUser"];
        let address = self.application.address(&path)?;
        self.send(Method::GET, address, None).await?.json()
    }

    /// Sends as who may manage applications, without the key of one.
    async fn send(
        &self,
        method: Method,
        address: Address,
        body: Option<&Value>,
    ) -> Result<Response, PlatformError> {
        let mut outgoing = Outgoing::new(method, address).without_key();
        if let Some(body) = body {
            let json = HeaderValue::from_static("application/json");
            outgoing.headers.insert(CONTENT_TYPE, json);
            outgoing.body = Some(Bytes::from(body.to_string()));
        }
        let registrar = Signer::Fixed(self.registrar.clone());
        self.application.send(outgoing, &registrar).await
    }
}
