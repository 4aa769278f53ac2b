//! Settings that were read before.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::future::Cache;

use super::values::Values;
use crate::id::TenantId;
use crate::memory::least_weight;
use crate::platform::PlatformError;

/// How long settings are taken to be as they were read.
const TIME_TO_LIVE: Duration = Duration::from_mins(10);
/// Tenants whose settings are kept, where memory would do for more.
const MOST_TENANTS: u64 = 10_000;

/// The settings of all tenants whose settings were asked for. They grow up to a share of the
/// container's memory; what is forgotten is read again.
///
/// Settings are kept under a number, which is the tenant's until they are forgotten. So a read that
/// began before that, and ends after it, leaves nothing behind that anyone would find.
#[derive(Debug)]
pub(crate) struct KnownSettings {
    numbers: Mutex<HashMap<TenantId, u64>>,
    next: AtomicU64,
    values: Cache<u64, Arc<Values>>,
}

impl KnownSettings {
    pub(crate) fn new(bytes: u64) -> Self {
        let least = least_weight(bytes, MOST_TENANTS);
        let values = Cache::builder()
            .max_capacity(bytes)
            .weigher(move |_, values: &Arc<Values>| values.bytes().max(least))
            .time_to_live(TIME_TO_LIVE)
            .build();
        Self {
            numbers: Mutex::default(),
            next: AtomicU64::default(),
            values,
        }
    }

    pub(super) async fn get(&self, tenant: &TenantId) -> Option<Arc<Values>> {
        self.values.get(&self.number(tenant)).await
    }

    /// The settings that are known, or else the result of a read, one for all who ask meanwhile.
    pub(super) async fn get_or(
        &self,
        tenant: &TenantId,
        read: impl Future<Output = Result<Arc<Values>, PlatformError>>,
    ) -> Result<Arc<Values>, PlatformError> {
        // The cache's own future would hold it several times over.
        let read = Box::pin(read);
        let known = self.values.try_get_with(self.number(tenant), read).await;
        known.map_err(|error| PlatformError::clone(&error))
    }

    /// What was read of a tenant so far, or is being read now, does not count any more.
    pub(crate) fn forget(&self, tenant: &TenantId) {
        self.numbers().remove(tenant);
    }

    fn number(&self, tenant: &TenantId) -> u64 {
        let mut numbers = self.numbers();
        if let Some(number) = numbers.get(tenant) {
            return *number;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        numbers.insert(tenant.clone(), number);
        number
    }

    fn numbers(&self) -> MutexGuard<'_, HashMap<TenantId, u64>> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(length: usize) -> Arc<Values> {
        let json = format!(r#"{{"key": "{}"}}"#, "x".repeat(length));
        Arc::new(serde_json::from_str(&json).unwrap())
    }

    async fn keep(known: &KnownSettings, tenant: &str, length: usize) {
        let read = async { Ok(values(length)) };
        known.get_or(&tenant.into(), read).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded_in_bytes() {
        let known = KnownSettings::new(100_000);
        for tenant in 0..100 {
            keep(&known, &tenant.to_string(), 10_000).await;
        }
        known.values.run_pending_tasks().await;
        let (kept, bytes) = (known.values.entry_count(), known.values.weighted_size());
        assert!(kept > 0 && bytes <= 100_000, "{kept} of {bytes} bytes");
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded_in_number() {
        let known = KnownSettings::new(100_000_000);
        for tenant in 0..MOST_TENANTS + 100 {
            keep(&known, &tenant.to_string(), 1).await;
        }
        known.values.run_pending_tasks().await;
        let kept = known.values.entry_count();
        assert!(kept > 0 && kept <= MOST_TENANTS, "{kept}");
    }

    #[tokio::test]
    async fn what_is_kept_is_kept_for_ten_minutes() {
        let known = KnownSettings::new(100_000);
        let lifetime = known.values.policy().time_to_live();
        assert_eq!(lifetime, Some(Duration::from_mins(10)));
    }

    #[tokio::test]
    async fn a_read_that_began_before_the_settings_changed_leaves_nothing_behind() {
        let known = KnownSettings::new(100_000);
        let tenant = TenantId::from("t101");
        let before = async {
            known.forget(&tenant);
            Ok(values(1))
        };
        known.get_or(&tenant, before).await.unwrap();
        let after = known.get_or(&tenant, async { Ok(values(2)) }).await;
        assert!(Arc::ptr_eq(
            &after.unwrap(),
            &known
                .get_or(&tenant, async { Err(PlatformError::Stopping) })
                .await
                .unwrap()
        ));
        assert_eq!(known.numbers().len(), 1);
    }

    #[tokio::test]
    async fn keys_are_printed_and_values_are_not() {
        let known = KnownSettings::new(100_000);
        keep(&known, "t101", 5).await;
        let shown = format!("{known:?}");
        assert!(
            shown.contains("\"key\"") && !shown.contains("xx"),
            "{shown}"
        );
    }
}
