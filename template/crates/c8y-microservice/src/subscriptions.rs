//! The tenants that the service works for.

mod fan_out;
mod observers;
mod poll;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};

pub use fan_out::{Failure, Outcome};
pub(crate) use observers::{ChangeKind, Handlers, Observers};
pub(crate) use poll::{Failure as BootstrapFailure, Poll};

use futures_util::future::BoxFuture;

use crate::application::Application;
use crate::background::Background;
use crate::config::TenantSource;
use crate::credentials::Credentials;
use crate::id::TenantId;
use crate::platform::{PlatformError, Renew, ServiceUser, Signer, TenantClient};
use observers::Change;

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
    reads: tokio::sync::Mutex<LastRead>,
    /// Number of reads that have begun.
    begun: AtomicU64,
}

type ClientMap = BTreeMap<TenantId, Subscriber>;

/// A subscribed tenant.
#[derive(Debug, Clone)]
struct Subscriber {
    user: Arc<ServiceUser>,
    client: TenantClient,
}

/// The number of the last read that ended, and how it ended.
struct LastRead {
    number: u64,
    result: Result<(), PlatformError>,
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
        source: TenantSource,
        observers: Observers,
        background: Background,
        concurrency: usize,
    ) -> Self {
        Self(Arc::new_cyclic(|this| Inner {
            this: this.clone(),
            application,
            source,
            observers,
            background,
            concurrency,
            tenants: RwLock::default(),
            reads: tokio::sync::Mutex::new(LastRead {
                number: 0,
                result: Ok(()),
            }),
            begun: AtomicU64::new(0),
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
        match &self.0.source {
            TenantSource::Disabled => {}
            TenantSource::Single(_) if self.0.known().is_some() => {}
            TenantSource::Single(_) | TenantSource::Subscriptions => self.0.read().await?,
        }
        self.tenants()
    }

    /// The client of one tenant. An unknown one may have subscribed since the last read, so the list
    /// is read anew, but not if that was done just now: unknown tenants cause no storm of reads.
    pub(crate) async fn client(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<TenantClient>, SubscriptionsError> {
        if let Some(client) = self.tenants()?.get(tenant) {
            return Ok(Some(client.clone()));
        }
        Ok(self.refresh().await?.get(tenant).cloned())
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

    /// Joins the callers that wait for a read into the next one that begins.
    async fn read(&self) -> Result<(), PlatformError> {
        let begun_before = self.begun.load(Ordering::SeqCst);
        let mut last = self.reads.lock().await;
        if last.number <= begun_before {
            // Nobody has read since this call began.
            let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            let result = self.users().await.map(|users| self.apply(users));
            *last = LastRead { number, result };
        }
        last.result.clone()
    }

    /// The service users. Where each tenant has an instance of its own there is one, and the
    /// application key tells whether the platform can be reached.
    async fn users(&self) -> Result<Vec<Credentials>, PlatformError> {
        self.application.key().await?;
        match &self.source {
            TenantSource::Single(user) => Ok(vec![user.clone()]),
            _ => self.application.subscriptions().await,
        }
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

impl Renew for Inner {
    fn renew<'a>(
        &'a self,
        user: &'a ServiceUser,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, bool> {
        Box::pin(async {
            self.read().await.ok();
            user.credentials() != *rejected
        })
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
