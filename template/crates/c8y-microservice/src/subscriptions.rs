//! The tenants that the service works for.

mod fan_out;
mod observers;
mod poll;
mod reads;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

pub use fan_out::{Failure, Outcome};
#[cfg(any(feature = "jobs", feature = "websocket"))]
pub(crate) use observers::Follower;
pub(crate) use observers::{ChangeKind, Handlers, Observers};
pub(crate) use poll::{Failure as BootstrapFailure, Poll};

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::application::Application;
use crate::background::Background;
use crate::config::{Config, TenantSource};
use crate::credentials::Credentials;
use crate::id::TenantId;
use crate::platform::{PlatformError, Renew, ServiceUser, Signer, TenantClient, wait_for};
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
    tenants: RwLock<Option<Arc<ClientMap>>>,
    /// Held by the read on its way.
    reads: Arc<Mutex<LastRead>>,
    /// `C8Y_BOOTSTRAP_DELAY`: how long confirmed credentials are not looked for again.
    delay: Duration,
}

type ClientMap = BTreeMap<TenantId, Subscriber>;

/// A subscribed tenant.
#[derive(Debug, Clone)]
struct Subscriber {
    user: Arc<ServiceUser>,
    client: TenantClient,
}

/// The subscribed tenants at one moment, in the order of their IDs.
#[derive(Debug, Clone)]
pub struct Tenants {
    clients: Arc<ClientMap>,
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
        let clients = self.0.known().ok_or(SubscriptionsError::NotReadYet)?;
        Ok(Tenants {
            clients,
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
    fn known(&self) -> Option<Arc<ClientMap>> {
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        tenants.clone()
    }

    /// Takes over a list and tells the observers what is new in it. A tenant that stays keeps its
    /// client, which gets the new credentials if there are any.
    fn apply(&self, users: Vec<Credentials>) {
        let old = self.known().unwrap_or_default();
        let mut changes = Vec::new();
        let mut new = ClientMap::new();
        for user in users {
            let (subscriber, change) = match old.get(user.tenant()) {
                Some(known) if known.user.credentials() == user => (known.clone(), None),
                Some(known) => {
                    known.user.replace(user);
                    (known.clone(), Some(ChangeKind::Renewed))
                }
                None => (self.subscriber(user), Some(ChangeKind::Subscribed)),
            };
            changes.extend(change.map(|kind| subscriber.change(kind)));
            new.insert(subscriber.client.tenant().clone(), subscriber);
        }
        let gone = old.iter().filter(|(tenant, _)| !new.contains_key(*tenant));
        for (tenant, subscriber) in gone {
            self.application.known_settings().forget(tenant);
            changes.push(subscriber.change(ChangeKind::Unsubscribed));
        }
        *self.tenants.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(new));
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

impl Subscriber {
    fn change(&self, kind: ChangeKind) -> Change {
        let client = self.client.clone();
        Change { kind, client }
    }
}

impl Tenants {
    /// The client of one tenant, if it is subscribed.
    #[must_use]
    pub fn get(&self, tenant: &TenantId) -> Option<&TenantClient> {
        self.clients
            .get(tenant)
            .map(|subscriber| &subscriber.client)
    }

    /// The clients of all tenants.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &TenantClient> {
        self.clients.values().map(|subscriber| &subscriber.client)
    }

    /// How many tenants there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Whether no tenant is subscribed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty()
    }
}
