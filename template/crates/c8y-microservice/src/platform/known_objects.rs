//! Managed objects that were found by their external ID before.

use std::sync::Arc;

use super::{ExternalId, PlatformError};
use crate::cache::{Equivalent, Kept, LoadingCache};
use crate::id::{ManagedObjectId, TenantId};

/// About the bytes of an entry: its texts, which are short, and what the cache needs to keep it.
const ENTRY: u64 = 300;

/// The objects that service users have found, in all tenants: taken to be there for ten minutes
/// without looking. They grow up to a share of the container's memory; what is forgotten is found
/// again. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct KnownObjects(Arc<LoadingCache<(TenantId, ExternalId), ManagedObjectId>>);

/// A key that is only looked for.
#[derive(Hash)]
struct Borrowed<'a>(&'a TenantId, &'a ExternalId);

impl Equivalent<(TenantId, ExternalId)> for Borrowed<'_> {
    fn equivalent(&self, (tenant, external_id): &(TenantId, ExternalId)) -> bool {
        self.0 == tenant && self.1 == external_id
    }
}

impl Kept for ManagedObjectId {
    fn bytes(&self) -> u64 {
        ENTRY
    }
}

impl KnownObjects {
    pub(crate) fn new(bytes: u64) -> Self {
        Self(Arc::new(LoadingCache::new(bytes, bytes / ENTRY)))
    }

    pub(super) fn get(
        &self,
        tenant: &TenantId,
        external_id: &ExternalId,
    ) -> Option<ManagedObjectId> {
        self.0.get(&Borrowed(tenant, external_id))
    }

    /// The object that is known, or else the result of a search, one for all who ask meanwhile.
    pub(super) async fn get_or(
        &self,
        tenant: &TenantId,
        external_id: &ExternalId,
        search: impl Future<Output = Result<ManagedObjectId, PlatformError>>,
    ) -> Result<ManagedObjectId, PlatformError> {
        let key = (tenant.clone(), external_id.clone());
        self.0.get_or(key, search).await
    }

    pub(super) fn forget(&self, tenant: &TenantId, external_id: &ExternalId) {
        self.0.remove(&(tenant.clone(), external_id.clone()));
    }
}
