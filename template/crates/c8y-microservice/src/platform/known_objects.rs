//! Managed objects that were found by their external ID before.

use std::time::Duration;

use moka::future::Cache;

use super::{ExternalId, PlatformError};
use crate::id::{ManagedObjectId, TenantId};

/// How long an object is taken to be there without looking.
const TIME_TO_LIVE: Duration = Duration::from_mins(10);
/// An entry with its texts, and what the cache needs to keep it, in bytes.
const ENTRY: u64 = 400;

/// The objects that service users have found, in all tenants. It grows up to a share of the
/// container's memory; what is forgotten is found again. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct KnownObjects(Cache<(TenantId, ExternalId), ManagedObjectId>);

impl KnownObjects {
    pub(crate) fn new(bytes: u64) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes / ENTRY)
            .time_to_live(TIME_TO_LIVE)
            .build();
        Self(cache)
    }

    pub(super) async fn get(
        &self,
        tenant: &TenantId,
        external_id: &ExternalId,
    ) -> Option<ManagedObjectId> {
        self.0.get(&(tenant.clone(), external_id.clone())).await
    }

    /// The object that is known, or else the result of a search, one for all who ask meanwhile.
    pub(super) async fn get_or(
        &self,
        tenant: &TenantId,
        external_id: &ExternalId,
        search: impl Future<Output = Result<ManagedObjectId, PlatformError>>,
    ) -> Result<ManagedObjectId, PlatformError> {
        let key = (tenant.clone(), external_id.clone());
        let found = self.0.try_get_with(key, search).await;
        found.map_err(|error| PlatformError::clone(&error))
    }

    pub(super) async fn forget(&self, tenant: &TenantId, external_id: &ExternalId) {
        self.0
            .invalidate(&(tenant.clone(), external_id.clone()))
            .await;
    }
}
