//! Where the service's alarms come from: a managed object of its own in each tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use c8y_microservice::{
    ExternalId, ManagedObjectId, NewManagedObject, PlatformError, TenantClient, TenantId,
};

const NAME: &str = env!("CARGO_PKG_NAME");
const TYPE: &str = "c8y_Microservice";

/// Remembers the managed objects, so that only the first alarm in a tenant has to look for one. The
/// platform has them all; a restart forgets nothing that cannot be found again.
#[derive(Clone, Default)]
pub struct Sources(Arc<Mutex<HashMap<TenantId, ManagedObjectId>>>);

impl Sources {
    /// The managed object in the client's tenant, made where there is none.
    pub async fn of(&self, client: &TenantClient) -> Result<ManagedObjectId, PlatformError> {
        if let Some(known) = self.known().get(client.tenant()).cloned() {
            return Ok(known);
        }
        let external_id = ExternalId::new(TYPE, NAME);
        let object = NewManagedObject::new(TYPE, NAME);
        let found = client
            .inventory()
            .find_or_create(&external_id, &object)
            .await?;
        self.known().insert(client.tenant().clone(), found.clone());
        Ok(found)
    }

    pub fn forget(&self, tenant: &TenantId) {
        self.known().remove(tenant);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<TenantId, ManagedObjectId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
