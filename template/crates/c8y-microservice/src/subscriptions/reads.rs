//! Reading the subscriptions for all who wait for it, and no more often than it brings something.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until};

use super::Inner;
use crate::config::TenantSource;
use crate::credentials::Credentials;
use crate::platform::{PlatformError, Renew, ServiceUser};

/// Reads that requests cause, by unknown tenants and rejected credentials, begin no sooner after
/// another read.
pub(super) const BETWEEN_READS: Duration = Duration::from_secs(1);

/// The last read that ended: when it began, and how it ended.
pub(super) struct LastRead {
    begun: Option<Instant>,
    result: Result<(), PlatformError>,
}

impl Default for LastRead {
    fn default() -> Self {
        Self {
            begun: None,
            result: Ok(()),
        }
    }
}

impl Inner {
    /// Joins the callers that wait for a read into the next one that begins, unless one that began
    /// after this moment has ended.
    pub(super) async fn read(&self, since: Instant) -> Result<(), PlatformError> {
        let last = Arc::clone(&self.reads).lock_owned().await;
        if last.begun > Some(since) {
            return last.result.clone();
        }
        self.begin_read(last, || ()).await
    }

    /// Looks for other credentials than these of a user, which the platform has rejected. Of many
    /// callers at once, for any users, one reads for all: who waited looks again first.
    async fn look_for_others(&self, user: &Arc<ServiceUser>, rejected: &Credentials) -> bool {
        if !matches!(self.source, TenantSource::Subscriptions) {
            return false;
        }
        let known = || user.is_renewed(rejected, self.delay);
        if let Some(known) = known() {
            return known;
        }
        let rejected_at = Instant::now();
        // The end of a read on its way, which may be all that is needed.
        let begun = self.reads.lock().await.begun;
        if let (None, Some(begun)) = (known(), begun) {
            sleep_until(begun + BETWEEN_READS).await;
        }
        let last = Arc::clone(&self.reads).lock_owned().await;
        if let Some(known) = known() {
            return known;
        }
        if last.begun <= Some(rejected_at) {
            let (of_user, credentials) = (Arc::clone(user), rejected.clone());
            let confirm = move || of_user.confirm(&credentials);
            self.begin_read(last, confirm).await.ok();
        } else if last.result.is_ok() {
            user.confirm(rejected);
        }
        known() == Some(true)
    }

    /// Reads, and does `after` when that succeeded, before anybody else may read. It goes on when
    /// the caller stops waiting, and has the time that a read needs, not the caller's.
    async fn begin_read(
        &self,
        mut last: OwnedMutexGuard<LastRead>,
        after: impl FnOnce() + Send + 'static,
    ) -> Result<(), PlatformError> {
        let inner = self.this.upgrade().ok_or(PlatformError::Stopping)?;
        let read = async move {
            let begun = Some(Instant::now());
            let result = inner.take_over().await.map(|()| after());
            *last = LastRead { begun, result };
            last.result.clone()
        };
        self.background.run_for_all(read).await?
    }

    /// One read. Where each tenant has an instance of its own there is one tenant, and the
    /// application key tells whether the platform can be reached.
    async fn take_over(&self) -> Result<(), PlatformError> {
        self.application.key().await?;
        match &self.source {
            TenantSource::Single(user) => self.apply_single(user),
            _ => self.apply(self.application.subscriptions().await?.users()?),
        }
        Ok(())
    }
}

impl Renew for Inner {
    fn renew<'a>(
        &'a self,
        user: &'a Arc<ServiceUser>,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, bool> {
        Box::pin(self.look_for_others(user, rejected))
    }
}
