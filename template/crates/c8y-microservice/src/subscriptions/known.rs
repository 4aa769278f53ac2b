//! The list of tenants as it is known, and what another read changes in it.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;

use super::observers::{Change, ChangeKind};
use crate::application::ListedUser;
use crate::credentials::{Basic, Credentials};
use crate::id::TenantId;
use crate::platform::{ServiceUser, TenantClient};

/// A subscribed tenant.
#[derive(Debug, Clone)]
pub(super) struct Subscriber {
    pub(super) user: Arc<ServiceUser>,
    pub(super) client: TenantClient,
}

/// The subscribed tenants in the order of their IDs, each of them once. Clones are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<List>);

#[derive(Debug, Default)]
struct List {
    subscribers: Box<[Subscriber]>,
    /// Where each is: every request looks for its caller's tenant.
    places: HashTable<usize>,
    hasher: RandomState,
}

impl List {
    /// Of subscribers that are in order.
    fn new(subscribers: Vec<Subscriber>) -> Self {
        let hasher = RandomState::new();
        let hash = |place: &usize| hasher.hash_one(subscribers[*place].id());
        let mut places = HashTable::with_capacity(subscribers.len());
        for place in 0..subscribers.len() {
            places.insert_unique(hash(&place), place, hash);
        }
        Self {
            subscribers: subscribers.into(),
            places,
            hasher,
        }
    }
}

impl Known {
    /// The client of one tenant.
    pub(super) fn get(&self, tenant: &TenantId) -> Option<&TenantClient> {
        let List {
            subscribers,
            places,
            hasher,
        } = &*self.0;
        let id = tenant.as_str();
        let is_it = |place: &usize| subscribers[*place].id() == id;
        let place = places.find(hasher.hash_one(id), is_it)?;
        Some(&subscribers[*place].client)
    }

    /// The clients of all tenants.
    pub(super) fn clients(&self) -> impl ExactSizeIterator<Item = &TenantClient> {
        let subscribers = self.0.subscribers.iter();
        subscribers.map(|subscriber| &subscriber.client)
    }

    /// The list as the platform answers it now, and what is new in it. A tenant that stays keeps its
    /// client, which gets the new credentials if there are any; `subscriber` makes the others.
    ///
    /// Hardly any read finds a difference: for a tenant that is as it was, nothing is made.
    pub(super) fn updated(
        &self,
        mut listed: Vec<ListedUser<'_>>,
        subscriber: impl Fn(Credentials) -> Subscriber,
    ) -> (Self, Vec<Change>) {
        sort(&mut listed);
        let (mut changes, mut new, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let mut basic = Basic::default();
        let mut known = self.0.subscribers.iter().peekable();
        for user in &listed {
            let tenant = &*user.tenant;
            while let Some(before) = known.next_if(|known| known.id() < tenant) {
                gone.push(before);
            }
            match known.next_if(|known| known.id() == tenant) {
                Some(same) if same.is(user, &mut basic) => {}
                Some(renewed) => {
                    renewed.user.replace(user.credentials());
                    changes.push(renewed.change(ChangeKind::Renewed));
                }
                None => new.push(subscriber(user.credentials())),
            }
        }
        gone.extend(known);
        changes.extend(new.iter().map(|it| it.change(ChangeKind::Subscribed)));
        changes.extend(gone.iter().map(|it| it.change(ChangeKind::Unsubscribed)));
        (self.with_others(new, &gone), changes)
    }

    fn with_others(&self, new: Vec<Subscriber>, gone: &[&Subscriber]) -> Self {
        if new.is_empty() && gone.is_empty() {
            return self.clone();
        }
        let is_gone = |id: &str| gone.binary_search_by(|it| it.id().cmp(id)).is_ok();
        let staying = self
            .0
            .subscribers
            .iter()
            .filter(|known| !is_gone(known.id()));
        let mut all: Vec<_> = staying.cloned().chain(new).collect();
        all.sort_by(|a, b| a.id().cmp(b.id()));
        Self(Arc::new(List::new(all)))
    }
}

impl From<Subscriber> for Known {
    fn from(only: Subscriber) -> Self {
        Self(Arc::new(List::new(vec![only])))
    }
}

impl Subscriber {
    fn id(&self) -> &str {
        self.client.tenant().as_str()
    }

    fn is(&self, listed: &ListedUser<'_>, basic: &mut Basic) -> bool {
        let known = self.user.credentials();
        known.are_of(&listed.name, &listed.password, basic)
    }

    pub(super) fn change(&self, kind: ChangeKind) -> Change {
        let client = self.client.clone();
        Change { kind, client }
    }
}

/// Brings a list into the order of the tenants' IDs. Of a tenant that is listed twice, the last user
/// stays.
fn sort(listed: &mut Vec<ListedUser<'_>>) {
    listed.sort_by(|a, b| a.tenant.cmp(&b.tenant));
    listed.dedup_by(|later, earlier| {
        let is_same = later.tenant == earlier.tenant;
        if is_same {
            std::mem::swap(later, earlier);
        }
        is_same
    });
}
