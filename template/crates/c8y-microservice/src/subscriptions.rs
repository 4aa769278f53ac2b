//! The tenants that the service works for.

mod fan_out;
mod known;
#[cfg(feature = "__internals")]
pub mod measured;
mod observers;
mod poll;
mod reads;

use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

pub use fan_out::{Failure, Outcome};
#[cfg(any(feature = "jobs", feature = "websocket"))]
pub(crate) use observers::Follower;
pub(crate) use observers::{ChangeKind, Handlers, Observers};
pub(crate) use poll::{Failure as BootstrapFailure, Poll};

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::application::{Application, ListedUser};
use crate::background::Background;
use crate::config::{Config, TenantSource};
use crate::credentials::Credentials;
use crate::id::TenantId;
use crate::platform::{PlatformError, Renew, ServiceUser, Signer, TenantClient, wait_for};
use known::{Known, Subscriber};
use observers::Change;
use reads::{BETWEEN_READS, LastRead};

/// The subscribed tenants, always as of the last successful read: a failed one changes nothing.
///
/// An endpoint asks for it in its signature. Clones are cheap and see the same list.
#[derive(Clone)]
pub struct Subscriptions(Arc<Inner>);

struct Inner {
    this: Weak<Self>,
    application: Arc<Application>,
    source: TenantSource,
    observers: Observers,
    background: Background,
    concurrency: usize,
    /// `None` until the list is known.
    tenants: RwLock<Option<Known>>,
    /// Held by the read on its way.
    reads: Arc<Mutex<LastRead>>,
    /// `C8Y_BOOTSTRAP_DELAY`: how long confirmed credentials are not looked for again.
    delay: Duration,
}

/// The subscribed tenants at one moment, in the order of their IDs.
#[derive(Debug, Clone)]
pub struct Tenants {
    known: Known,
    background: Background,
    concurrency: usize,
}

/// Why there is no list of tenants.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionsError {
    /// The service was started without subscriptions.
    #[error("MICROSERVICE_SUBSCRIPTION_ENABLED=false: this service has no tenants")]
    Disabled,
    /// The platform has not answered since the start.
    #[error("the subscriptions have not been read yet")]
    NotReadYet,
    /// The subscriptions could not be read now.
    #[error("the subscriptions could not be read: {0}")]
    Read(#[from] PlatformError),
}

impl SubscriptionsError {
    /// What happened, without the platform's own words.
    pub(crate) fn summary(&self) -> String {
        match self {
            Self::Read(error) => error.summary(),
            Self::Disabled | Self::NotReadYet => self.to_string(),
        }
    }
}

impl Subscriptions {
    pub(crate) fn new(
        application: Arc<Application>,
        config: &Config,
        observers: Observers,
        background: Background,
    ) -> Self {
        Self(Arc::new_cyclic(|this| Inner {
            this: this.clone(),
            application,
            source: config.bootstrap.tenants.clone(),
            observers,
            background,
            concurrency: config.fan_out_concurrency,
            tenants: RwLock::default(),
            reads: Arc::default(),
            delay: config.bootstrap.delay,
        }))
    }

    /// The list as last read, without asking the platform.
    pub fn tenants(&self) -> Result<Tenants, SubscriptionsError> {
        if matches!(self.0.source, TenantSource::Disabled) {
            return Err(SubscriptionsError::Disabled);
        }
        let known = self.0.known().ok_or(SubscriptionsError::NotReadYet)?;
        Ok(Tenants {
            known,
            background: self.0.background.clone(),
            concurrency: self.0.concurrency,
        })
    }

    /// Reads the list anew: `GET /application/currentApplication/subscriptions` as the bootstrap
    /// user.
    ///
    /// Of many callers at once, one asks the platform for all. The answer is never older than the
    /// call. With `PER_TENANT` isolation nothing is read, and the list is the one tenant.
    pub async fn refresh(&self) -> Result<Tenants, SubscriptionsError> {
        self.read_since(Instant::now()).await
    }

    /// The client of one tenant. An unknown one may have subscribed since the last read, so the list
    /// is read anew, but not if that read began within the last second: many unknown tenants cause
    /// no storm of reads.
    pub(crate) async fn client(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<TenantClient>, SubscriptionsError> {
        if let Some(client) = self.tenants()?.get(tenant) {
            return Ok(Some(client.clone()));
        }
        let now = Instant::now();
        let since = now.checked_sub(BETWEEN_READS).unwrap_or(now);
        Ok(self.read_since(since).await?.get(tenant).cloned())
    }

    /// The list as of a read that began after this moment.
    async fn read_since(&self, moment: Instant) -> Result<Tenants, SubscriptionsError> {
        match &self.0.source {
            TenantSource::Disabled => {}
            TenantSource::Single(_) if self.0.known().is_some() => {}
            TenantSource::Single(_) | TenantSource::Subscriptions => {
                wait_for(self.0.read(moment)).await??;
            }
        }
        self.tenants()
    }

    pub(crate) fn source(&self) -> &TenantSource {
        &self.0.source
    }
}

impl Inner {
    fn known(&self) -> Option<Known> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.clone()
    }

    /// Takes over a list and tells the observers what is new in it.
    fn apply(&self, listed: Vec<ListedUser<'_>>) {
        let known = self.known().unwrap_or_default();
        let (list, changes) = known.updated(listed, |user| self.subscriber(user));
        for change in &changes {
            if change.kind == ChangeKind::Unsubscribed {
                let settings = self.application.known_settings();
                settings.forget(change.client.tenant());
            }
        }
        self.replace(list, changes);
    }

    /// Takes over the one tenant of an instance per tenant, which stays.
    fn apply_single(&self, user: &Credentials) {
        if self.known().is_none() {
            let only = self.subscriber(user.clone());
            let change = only.change(ChangeKind::Subscribed);
            self.replace(only.into(), vec![change]);
        }
    }

    fn replace(&self, list: Known, changes: Vec<Change>) {
        *self.tenants.write().unwrap_or_else(PoisonError::into_inner) = Some(list);
        self.observers.notify(changes);
    }

    fn subscriber(&self, user: Credentials) -> Subscriber {
        let renewal: Weak<dyn Renew> = self.this.clone();
        let user = Arc::new(ServiceUser::new(user, renewal));
        let signer = Signer::Service(Arc::clone(&user));
        let client = TenantClient::new(Arc::clone(&self.application), signer);
        Subscriber { user, client }
    }
}

impl Tenants {
    /// The client of one tenant, if it is subscribed.
    #[must_use]
    pub fn get(&self, tenant: &TenantId) -> Option<&TenantClient> {
        self.known.get(tenant)
    }

    /// The clients of all tenants.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &TenantClient> {
        self.known.clients()
    }

    /// How many tenants there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().len()
    }

    /// Whether no tenant is subscribed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
