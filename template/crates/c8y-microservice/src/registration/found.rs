//! Applications that the platform has already.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Manifest;
use super::error::RegistrationError;
use crate::id::TenantId;

#[derive(Deserialize)]
pub(super) struct Applications {
    applications: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    owner: Option<Owner>,
    context_path: Option<String>,
    required_roles: Option<Vec<String>>,
    roles: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Owner {
    tenant: Tenant,
}

#[derive(Deserialize)]
struct Tenant {
    id: TenantId,
}

impl Applications {
    /// The microservice of a tenant. One of the same name that another tenant has is not the
    /// service's own.
    pub(super) fn of(
        self,
        owner: &TenantId,
        name: &str,
    ) -> Result<Option<Found>, RegistrationError> {
        let all = self.applications.into_iter();
        let microservices = all.filter(|it| it.kind.as_deref() == Some("MICROSERVICE"));
        let is_own = |it: &Found| it.owner().is_none_or(|tenant| tenant == owner);
        let (own, others): (Vec<_>, Vec<_>) = microservices.partition(is_own);
        match (
            own.into_iter().next(),
            others.first().and_then(Found::owner),
        ) {
            (None, Some(owner)) => Err(RegistrationError::OfAnotherTenant {
                name: name.to_owned(),
                owner: owner.clone(),
            }),
            (own, _) => Ok(own),
        }
    }
}

impl Found {
    fn owner(&self) -> Option<&TenantId> {
        self.owner.as_ref().map(|owner| &owner.tenant.id)
    }

    /// Whether nothing in the manifest is other than this. The order of roles means nothing.
    pub(super) fn is_as(&self, manifest: &Manifest) -> bool {
        let path = manifest.context_path.as_ref();
        path.is_none_or(|path| self.context_path.as_ref() == Some(path))
            && are_alike(self.required_roles.as_deref(), manifest.required_roles())
            && are_alike(self.roles.as_deref(), manifest.roles())
    }
}

fn are_alike(roles: Option<&[String]>, others: &[String]) -> bool {
    let roles: BTreeSet<_> = roles.unwrap_or_default().iter().collect();
    roles == others.iter().collect()
}
