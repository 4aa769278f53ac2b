//! Settings that were read before.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::values::Values;
use crate::cache::{Kept, LoadingCache};
use crate::id::TenantId;
use crate::platform::PlatformError;

/// Tenants whose settings are kept, where memory would do for more.
const MOST_TENANTS: u64 = 10_000;

/// The settings of all tenants whose settings were asked for: taken to be as they were read for ten
/// minutes. They grow up to a share of the container's memory; what is forgotten is read again.
///
/// Settings are kept under a number, which is the tenant's until they are forgotten. So a read that
/// began before that, and ends after it, leaves nothing behind that anyone would find.
#[derive(Debug)]
pub(crate) struct KnownSettings {
    numbers: Mutex<HashMap<TenantId, u64>>,
    next: AtomicU64,
    values: LoadingCache<u64, Arc<Values>>,
}

impl Kept for Arc<Values> {
    fn bytes(&self) -> u64 {
        Values::bytes(self).into()
    }
}

impl KnownSettings {
    pub(crate) fn new(bytes: u64) -> Self {
        Self {
            numbers: Mutex::default(),
            next: AtomicU64::default(),
            values: LoadingCache::new(bytes, MOST_TENANTS),
        }
    }

    pub(super) fn get(&self, tenant: &TenantId) -> Option<Arc<Values>> {
        self.values.get(&self.number(tenant))
    }

    /// The settings that are known, or else the result of a read, one for all who ask meanwhile.
    pub(super) async fn get_or(
        &self,
        tenant: &TenantId,
        read: impl Future<Output = Result<Arc<Values>, PlatformError>>,
    ) -> Result<Arc<Values>, PlatformError> {
        // The cache's own future would hold it several times over.
        let read = Box::pin(read);
        self.values.get_or(self.number(tenant), read).await
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
    use std::time::Duration;

    use tokio::time::{advance, pause};

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
        let (kept, bytes) = known.values.size();
        assert!(kept > 0 && bytes <= 100_000, "{kept} of {bytes} bytes");
    }

    #[tokio::test]
    async fn what_is_kept_is_bounded_in_number() {
        let known = KnownSettings::new(100_000_000);
        for tenant in 0..MOST_TENANTS + 100 {
            keep(&known, &tenant.to_string(), 1).await;
        }
        let (kept, _) = known.values.size();
        assert!(kept > 0 && kept <= MOST_TENANTS, "{kept}");
    }

    #[tokio::test]
    async fn what_is_kept_is_kept_for_ten_minutes() {
        pause();
        let (known, tenant) = (KnownSettings::new(100_000), TenantId::from("t101"));
        keep(&known, "t101", 5).await;
        advance(Duration::from_secs(599)).await;
        assert!(known.get(&tenant).is_some());
        advance(Duration::from_secs(1)).await;
        assert!(known.get(&tenant).is_none());
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
