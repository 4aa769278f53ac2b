//! The service's own settings in one tenant.

mod error;
#[cfg(feature = "__internals")]
pub(crate) mod fuzzing;
mod known;
mod text;
mod values;

use std::any::type_name;
use std::sync::Arc;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{PlatformError, TenantClient};
use crate::id::TenantId;
pub use error::SettingsError;
pub(crate) use known::KnownSettings;
use values::Values;

/// What the platform shows in the place of a secret that is not the reader's.
const ENCRYPTED: &str = "<<Encrypted>>";

/// The service's own settings in one tenant: texts by key, which the tenants' administrators set as
/// tenant options.
///
/// An endpoint asks for those of the caller's tenant in its signature: it answers 403 where that
/// tenant is not subscribed, and 503 before the subscriptions are known. Handlers, jobs and
/// fan-outs take [`TenantClient::settings`].
///
/// # Where a value comes from
///
/// The platform puts the settings together (`GET /application/currentApplication/settings`, which
/// every service user may read): the tenant's own option in the service's category counts where
/// the manifest declares the setting `editable`, or not at all; else the option of the tenant that
/// has the application, where the setting is inherited; else the manifest's `defaultValue`. The
/// category is the manifest's `settingsCategory`, else its context path, else its name.
///
/// They are read at the first use in a tenant and kept for 10 minutes, and at most in a fortieth
/// of `MEMORY_LIMIT`. A failed read is an error of those who waited for it, and the next use reads
/// again.
///
/// Older platforms send the settings as headers of each request, too. These are never looked at:
/// whoever reaches the service could have written them.
///
/// # Values
///
/// Texts are what they are: a `String`, a [`TenantId`], an enum without fields. Anything else is
/// read as JSON: numbers, `true` and `false`, lists, objects. An error names the key and the type,
/// and never repeats the value.
///
/// ```no_run
/// # use c8y_microservice::{ApiError, Settings};
/// # use actix_web::web::Json;
/// #[derive(serde::Deserialize)]
/// struct Limits {
///     warning: f64,
///     critical: f64,
/// }
///
/// async fn limit(settings: Settings) -> Result<Json<f64>, ApiError> {
///     let limits: Limits = settings.get("limits").await?; // {"warning": 70, "critical": 90.5}
///     let strict = settings.get_or("strict", false).await?;
///     Ok(Json(if strict { limits.warning } else { limits.critical }))
/// }
/// ```
///
/// # Secrets
///
/// An option whose key begins with `credentials.` is stored encrypted, and the platform shows it to
/// the service in the clear and without that prefix. Both forms of the key name it here.
/// [`secret`](Self::secret) reads it as a type that cannot be printed. No `Debug` shows a value.
#[derive(Debug, Clone)]
pub struct Settings {
    client: TenantClient,
}

impl TenantClient {
    /// The service's own settings in the client's tenant.
    ///
    /// Service users read them. A client of a caller, [`AsUser`](crate::AsUser), only
    /// [sets](Settings::set) and [deletes](Settings::delete) them, with the caller's own roles: a
    /// read is [`PlatformError::Invalid`] there.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let client = self.clone();
        Settings { client }
    }
}

impl Settings {
    /// The tenant whose settings these are.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        self.client.tenant()
    }

    /// A setting, which has to be there: without it, it is a [`SettingsError::Missing`]. The
    /// [type](Self#values) says how its text is read; one that does not fit is a
    /// [`SettingsError::Invalid`].
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Result<T, SettingsError> {
        let values = self.values().await?;
        let text = values.get(key)?.expose_secret();
        text::parse(text).ok_or_else(|| SettingsError::Invalid {
            key: key.to_owned(),
            expected: type_name::<T>(),
        })
    }

    /// A setting, or a default where there is none. A setting that cannot be read, because the
    /// platform cannot be asked or because its text is not a `T`, is an error all the same.
    pub async fn get_or<T: DeserializeOwned>(
        &self,
        key: &str,
        default: T,
    ) -> Result<T, SettingsError> {
        match self.get(key).await {
            Err(SettingsError::Missing(_)) => Ok(default),
            result => result,
        }
    }

    /// A setting that is a secret, such as a password for another system, with the errors of
    /// [`get`](Self::get).
    pub async fn secret(&self, key: &str) -> Result<SecretString, SettingsError> {
        Ok(self.values().await?.get(key)?.clone())
    }

    /// Reads the settings anew, for those who cannot wait until the ones that are kept are too old.
    pub async fn refresh(&self) -> Result<(), SettingsError> {
        self.known().forget(self.tenant());
        self.values().await.map(drop)
    }

    /// Sets the tenant's own option in the service's category: `PUT
    /// /tenant/options/{category}/{key}`, or `POST /tenant/options` for a new one. A string is
    /// stored as it is, anything else as JSON.
    ///
    /// Needs `ROLE_OPTION_MANAGEMENT_ADMIN`. Without it, and where the manifest does not declare the
    /// setting `editable`, it is a [`SettingsError::Forbidden`]. To have the value stored encrypted,
    /// write the key with `credentials.` at its beginning.
    pub async fn set<T: Serialize + ?Sized>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<(), SettingsError> {
        let value = text::write(value).ok_or_else(|| SettingsError::Invalid {
            key: key.to_owned(),
            expected: "a value that a text or JSON can have",
        })?;
        let category = self.category().await?;
        let options = self.client.tenant_options();
        let written = options.set(&category, key, &value.into()).await;
        self.known().forget(self.tenant());
        Ok(written?)
    }

    /// Deletes the tenant's own option in the service's category, so that the owner's or the
    /// default counts again: `DELETE /tenant/options/{category}/{key}`. That there is none is fine.
    ///
    /// Needs `ROLE_OPTION_MANAGEMENT_ADMIN`, and an `editable` setting, as [`set`](Self::set) does.
    pub async fn delete(&self, key: &str) -> Result<(), SettingsError> {
        let category = self.category().await?;
        let options = self.client.tenant_options();
        let deleted = options.delete(&category, key).await;
        self.known().forget(self.tenant());
        match deleted {
            Ok(()) | Err(PlatformError::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn values(&self) -> Result<Arc<Values>, SettingsError> {
        if !self.client.is_of_a_service_user() {
            let reason = "settings are read by a service user, not by a caller";
            return Err(PlatformError::Invalid(reason.to_owned()).into());
        }
        if let Some(known) = self.known().get(self.tenant()) {
            return Ok(known);
        }
        // In a box: it is large, and rare.
        Box::pin(self.read_for_all()).await
    }

    async fn read_for_all(&self) -> Result<Arc<Values>, SettingsError> {
        let this = self.clone();
        let read = async move { this.known().get_or(this.tenant(), this.read()).await };
        Ok(self.client.application().share(read).await??)
    }

    async fn read(&self) -> Result<Arc<Values>, PlatformError> {
        let path = ["application", "currentApplication", "settings"];
        let answer = self.client.call(Method::GET, &path).send().await?;
        Ok(Arc::new(answer.json()?))
    }

    async fn category(&self) -> Result<String, PlatformError> {
        self.client.application().settings_category().await
    }

    fn known(&self) -> &KnownSettings {
        self.client.application().known_settings()
    }
}
