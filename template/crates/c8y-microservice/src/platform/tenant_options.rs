//! Tenant options: what a tenant has configured, by category and key.

use std::collections::BTreeMap;

use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Items, PlatformError, Request, TenantClient};

const PATH: [&str; 2] = ["tenant", "options"];

/// The tenant options of a client's tenant.
///
/// Any value may be a secret: a key that begins with `credentials.` makes it one, and the service
/// whose category it is reads it in the clear under the key without that prefix. So no value can be
/// printed by accident; [`expose_secret`](ExposeSecret::expose_secret) gives the text. Others than
/// that service get `<<Encrypted>>` for a secret.
///
/// ```no_run
/// # use c8y_microservice::{ExposeSecret, PlatformError, TenantClient};
/// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
/// let options = client.tenant_options();
/// if let Some(limit) = options.get("pumps", "limit.bar").await? {
///     println!("up to {} bar", limit.expose_secret());
/// }
/// options.set("pumps", "credentials.key", &"a secret".into()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TenantOptions<'a>(&'a TenantClient);

/// An option of a tenant. Printed, it is shown without its value.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct TenantOption {
    /// What it belongs to, such as a service's `settingsCategory`.
    pub category: String,
    /// Its key, unique in its category.
    pub key: String,
    /// Its value, or `<<Encrypted>>` for a secret that is not the client's to read.
    pub value: SecretString,
}

#[derive(Serialize)]
struct NewOption<'a> {
    category: &'a str,
    key: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct NewValue<'a> {
    value: &'a str,
}

#[derive(Deserialize)]
struct Value {
    value: SecretString,
}

impl<'a> TenantOptions<'a> {
    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// The value of an option, `None` where it is not set: `GET /tenant/options/{category}/{key}`.
    /// Needs `ROLE_OPTION_MANAGEMENT_READ`.
    pub async fn get(
        &self,
        category: &str,
        key: &str,
    ) -> Result<Option<SecretString>, PlatformError> {
        match self.option(Method::GET, category, key).send().await {
            Ok(answer) => answer.json().map(|Value { value }| Some(value)),
            Err(PlatformError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All options of a category, keys and values, none where there is no such category: `GET
    /// /tenant/options/{category}`. Needs `ROLE_OPTION_MANAGEMENT_READ`.
    pub async fn category(
        &self,
        category: &str,
    ) -> Result<BTreeMap<String, SecretString>, PlatformError> {
        self.options_of(Method::GET, category).send().await?.json()
    }

    /// All options of the tenant: `GET /tenant/options`. Needs `ROLE_OPTION_MANAGEMENT_READ`.
    pub fn list(&self) -> Items<TenantOption> {
        Items::new(self.0, &PATH, Vec::new(), "options")
    }

    /// Sets an option, whether or not it was there: `PUT /tenant/options/{category}/{key}`, and
    /// `POST /tenant/options` for a new one. Needs `ROLE_OPTION_MANAGEMENT_ADMIN`.
    ///
    /// A category has no spaces and none of ``$&+,/:;=?@"<>#%{}|\^~[]` ``: such a one is a
    /// [`PlatformError::Unprocessable`]. An option that is not the tenant's to change is a
    /// [`PlatformError::Forbidden`].
    pub async fn set(
        &self,
        category: &str,
        key: &str,
        value: &SecretString,
    ) -> Result<(), PlatformError> {
        let value = value.expose_secret();
        let update = async || {
            let request = self.option(Method::PUT, category, key);
            request.json(&NewValue { value }).send().await
        };
        let create = async || {
            let option = NewOption {
                category,
                key,
                value,
            };
            let request = self.0.call(Method::POST, &PATH);
            request.json(&option).send().await
        };
        let mut written = update().await;
        if let Err(PlatformError::NotFound(_)) = written {
            written = create().await;
        }
        // Another one has made it in between: the value of this call is the later one.
        if let Err(PlatformError::Conflict(_)) = written {
            written = update().await;
        }
        written.map(drop)
    }

    /// Sets several options of a category at once, and leaves its others as they are: `PUT
    /// /tenant/options/{category}`. Needs `ROLE_OPTION_MANAGEMENT_ADMIN`. Refuses what
    /// [`set`](Self::set) refuses; none is set then.
    pub async fn set_all(
        &self,
        category: &str,
        values: &BTreeMap<String, SecretString>,
    ) -> Result<(), PlatformError> {
        let values: BTreeMap<_, _> = values
            .iter()
            .map(|(key, value)| (key, value.expose_secret()))
            .collect();
        let update = self.options_of(Method::PUT, category).json(&values);
        update.send().await.map(drop)
    }

    /// Removes an option: `DELETE /tenant/options/{category}/{key}`. Needs
    /// `ROLE_OPTION_MANAGEMENT_ADMIN`. One that is not set is a [`PlatformError::NotFound`].
    pub async fn delete(&self, category: &str, key: &str) -> Result<(), PlatformError> {
        let delete = self.option(Method::DELETE, category, key);
        delete.send().await.map(drop)
    }

    fn options_of(&self, method: Method, category: &str) -> Request<'a> {
        let [api, options] = PATH;
        self.0.call(method, &[api, options, category])
    }

    fn option(&self, method: Method, category: &str, key: &str) -> Request<'a> {
        let [api, options] = PATH;
        self.0.call(method, &[api, options, category, key])
    }
}
