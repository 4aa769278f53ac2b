//! Who a client is: its user and its tenant.

use std::collections::BTreeSet;

use reqwest::Method;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{PlatformError, TenantClient};
use crate::id::TenantId;

/// The user of a client, with all that the platform says about it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CurrentUser {
    /// Its ID in its tenant.
    pub id: String,
    /// The name that it logs in with.
    pub user_name: String,
    /// Its e-mail address; service users have none.
    pub email: Option<String>,
    /// The names of its roles, its own and those of its groups.
    #[serde(default, rename = "effectiveRoles", deserialize_with = "names")]
    pub roles: BTreeSet<String>,
    /// All other properties, `customProperties` among them.
    #[serde(flatten)]
    pub fragments: Map<String, Value>,
}

/// The tenant of a client, with all that the platform says about it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CurrentTenant {
    /// Its ID, such as `t12345`.
    pub name: TenantId,
    /// Its address, such as `pumps.cumulocity.com`.
    pub domain_name: String,
    /// Whether it can make tenants of its own.
    #[serde(default)]
    pub allow_create_tenants: bool,
    /// All other properties, `customProperties` among them.
    #[serde(flatten)]
    pub fragments: Map<String, Value>,
}

#[derive(Deserialize)]
struct Role {
    id: String,
}

fn names<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<String>, D::Error> {
    let roles = Vec::<Role>::deserialize(from)?;
    Ok(roles.into_iter().map(|role| role.id).collect())
}

impl CurrentUser {
    /// Whether the user has a role, directly or through a group.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }
}

impl TenantClient {
    /// The client's user: `GET /user/currentUser`. Needs `ROLE_USER_MANAGEMENT_OWN_READ` or
    /// `ROLE_SYSTEM`, which service users have only where the manifest asks for one.
    ///
    /// ```no_run
    /// # use c8y_microservice::{PlatformError, TenantClient};
    /// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
    /// let user = client.current_user().await?;
    /// if !user.has_role("ROLE_ALARM_ADMIN") {
    ///     println!("{} raises no alarms", user.user_name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn current_user(&self) -> Result<CurrentUser, PlatformError> {
        let request = self.call(Method::GET, &["user", "currentUser"]);
        request.send().await?.json()
    }

    /// The client's tenant: `GET /tenant/currentTenant`. Needs the same roles as
    /// [`current_user`](Self::current_user); the ID alone is known without a request, as
    /// [`tenant`](Self::tenant).
    pub async fn current_tenant(&self) -> Result<CurrentTenant, PlatformError> {
        let request = self.call(Method::GET, &["tenant", "currentTenant"]);
        request.send().await?.json()
    }
}
