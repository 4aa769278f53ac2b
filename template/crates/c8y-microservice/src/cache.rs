//! What is kept from one request to the next: in so many bytes, so many entries, and each for its
//! time.

mod loading;

use std::fmt::{self, Debug};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quick_cache::sync::DefaultLifecycle;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use tokio::time::Instant;

pub(crate) use loading::LoadingCache;
pub(crate) use quick_cache::Equivalent;

/// How often entries whose time is over are looked for, at most.
const SWEEP: Duration = Duration::from_mins(1);

/// Something that is kept.
pub(crate) trait Kept: Clone {
    /// About the bytes that it takes, with its key and what the cache needs to keep it.
    fn bytes(&self) -> u64;

    /// How long it counts.
    fn lasts(&self) -> Duration {
        Duration::from_mins(10)
    }
}

/// Entries that are used again and again stay, others make room. Clones are the same.
pub(crate) struct Cache<K, V>(Arc<State<K, V>>);

struct State<K, V> {
    entries: quick_cache::sync::Cache<K, Entry<V>, Weight>,
    least_bytes: u64,
    swept: Mutex<Instant>,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    bytes: u64,
    ends: Instant,
}

#[derive(Clone)]
struct Weight;

impl<K, V> Weighter<K, Entry<V>> for Weight {
    fn weight(&self, _: &K, entry: &Entry<V>) -> u64 {
        entry.bytes
    }
}

impl<K: Eq + Hash, V: Kept> Cache<K, V> {
    pub(crate) fn new(bytes: u64, most_entries: u64) -> Self {
        let most_entries = most_entries.max(1);
        // In one piece: what is kept is few or large, so that no share of it would be enough.
        let options = OptionsBuilder::new()
            .shards(1)
            .weight_capacity(bytes)
            .estimated_items_capacity(usize::try_from(most_entries).unwrap_or(usize::MAX))
            .build();
        let entries = quick_cache::sync::Cache::with_options(
            options.expect("all that has no default is set"),
            Weight,
            DefaultHashBuilder::default(),
            DefaultLifecycle::default(),
        );
        Self(Arc::new(State {
            entries,
            least_bytes: bytes.div_ceil(most_entries),
            swept: Mutex::new(Instant::now()),
        }))
    }

    pub(crate) fn get<Q: Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        let entry = self.0.entries.get(key)?;
        (Instant::now() < entry.ends).then_some(entry.value)
    }

    pub(crate) fn insert(&self, key: K, value: V) {
        self.sweep();
        let entry = Entry {
            bytes: value.bytes().max(self.0.least_bytes),
            ends: Instant::now() + value.lasts(),
            value,
        };
        self.0.entries.insert(key, entry);
    }

    pub(crate) fn remove(&self, key: &K) {
        self.0.entries.remove(key);
    }

    /// Without it, entries that were used often and then never again would stay.
    fn sweep(&self) {
        let now = Instant::now();
        let mut swept = self.0.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if now.duration_since(*swept) >= SWEEP {
            *swept = now;
            self.0.entries.retain(|_, entry| now < entry.ends);
        }
    }
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Debug + Clone + Eq + Hash, V: Debug + Clone> Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.0.entries.iter();
        let entries = entries.map(|(key, entry)| (key, entry.value));
        f.debug_map().entries(entries).finish()
    }
}

#[cfg(test)]
mod tests;
