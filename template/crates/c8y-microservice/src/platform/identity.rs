//! External IDs: names of managed objects that something outside the platform gave them.

use std::fmt::{self, Display};

use reqwest::Method;
use serde::{Deserialize, Serialize};

use super::{PlatformError, Request, TenantClient};
use crate::id::ManagedObjectId;

/// The external IDs of a client's tenant.
#[derive(Debug)]
pub struct Identity<'a>(&'a TenantClient);

/// An external ID: a name, unique among those of its type in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalId {
    #[serde(rename = "type")]
    kind: String,
    external_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Binding {
    pub(super) managed_object: Reference,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bindings {
    pub(super) external_ids: Vec<ExternalId>,
}

#[derive(Deserialize)]
pub(super) struct Reference {
    pub(super) id: ManagedObjectId,
}

impl ExternalId {
    /// The ID `external_id` of type `kind`, such as `c8y_Serial`.
    #[must_use]
    pub fn new(kind: &str, external_id: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            external_id: external_id.to_owned(),
        }
    }

    /// Its type, such as `c8y_Serial`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The ID itself.
    #[must_use]
    pub fn external_id(&self) -> &str {
        &self.external_id
    }
}

impl Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "external ID {} of type {}", self.external_id, self.kind)
    }
}

impl<'a> Identity<'a> {
    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// The managed object that an external ID names: `GET
    /// /identity/externalIds/{type}/{externalId}`. Needs `ROLE_IDENTITY_READ`.
    pub async fn find(&self, id: &ExternalId) -> Result<Option<ManagedObjectId>, PlatformError> {
        match self.binding(Method::GET, id).send().await {
            Ok(answer) => {
                let binding: Binding = answer.json()?;
                Ok(Some(binding.managed_object.id))
            }
            Err(PlatformError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives a managed object an external ID: `POST /identity/globalIds/{id}/externalIds`. Needs
    /// `ROLE_IDENTITY_ADMIN`, unless the client's user owns the object. An ID that is taken is a
    /// [`PlatformError::Conflict`].
    pub async fn bind(
        &self,
        id: &ExternalId,
        object: &ManagedObjectId,
    ) -> Result<(), PlatformError> {
        let bind = self.bindings(Method::POST, object).json(id);
        bind.send().await.map(drop)
    }

    /// Takes an external ID away from its managed object, which stays: `DELETE
    /// /identity/externalIds/{type}/{externalId}`. Needs `ROLE_IDENTITY_ADMIN`, unless the client's
    /// user owns the object. An ID that names nothing is a [`PlatformError::NotFound`].
    ///
    /// What [`Inventory::find_or_create`](super::Inventory::find_or_create) remembers of it is
    /// forgotten in this process.
    pub async fn unbind(&self, id: &ExternalId) -> Result<(), PlatformError> {
        self.binding(Method::DELETE, id).send().await?;
        self.0.inventory().forget(id);
        Ok(())
    }

    /// All external IDs of a managed object, none where there is no such object: `GET
    /// /identity/globalIds/{id}/externalIds`. Needs `ROLE_IDENTITY_READ`, unless the client's user
    /// owns the object.
    pub async fn list(&self, object: &ManagedObjectId) -> Result<Vec<ExternalId>, PlatformError> {
        let answer = self.bindings(Method::GET, object).send().await?;
        let bindings: Bindings = answer.json()?;
        Ok(bindings.external_ids)
    }

    fn binding(&self, method: Method, id: &ExternalId) -> Request<'a> {
        let path = ["identity", "externalIds", &id.kind, &id.external_id];
        self.0.call(method, &path)
    }

    fn bindings(&self, method: Method, object: &ManagedObjectId) -> Request<'a> {
        let path = ["identity", "globalIds", object.as_str(), "externalIds"];
        self.0.call(method, &path)
    }
}
