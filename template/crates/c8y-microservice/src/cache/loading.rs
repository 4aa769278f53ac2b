//! A cache of what has to be asked for.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use super::{Cache, Equivalent, Kept};
use crate::platform::PlatformError;

/// What is not known is asked for, once for all who want it meanwhile. Only answers are kept: a
/// failure is that of those who wait, and of nobody later.
#[derive(Debug)]
pub(crate) struct LoadingCache<K: Eq + Hash + Clone, V: Kept> {
    known: Cache<K, V>,
    under_way: Mutex<HashMap<K, UnderWay<V>>>,
}

type Answer<V> = OnceCell<Result<V, PlatformError>>;

#[derive(Debug)]
struct UnderWay<V> {
    answer: Arc<Answer<V>>,
    waiting: usize,
}

/// One who waits for an answer.
struct Waiting<'a, K: Eq + Hash + Clone, V: Kept> {
    cache: &'a LoadingCache<K, V>,
    key: &'a K,
    answer: Arc<Answer<V>>,
}

impl<K: Eq + Hash + Clone, V: Kept> LoadingCache<K, V> {
    pub(crate) fn new(bytes: u64, most_entries: u64) -> Self {
        Self {
            known: Cache::new(bytes, most_entries),
            under_way: Mutex::default(),
        }
    }

    pub(crate) fn get<Q: Hash + Equivalent<K>>(&self, key: &Q) -> Option<V> {
        self.known.get(key)
    }

    /// What is known, or is being asked for, or else what `ask` answers. Should the one who asks
    /// for all go away, the next one's `ask` begins.
    pub(crate) async fn get_or(
        &self,
        key: K,
        ask: impl Future<Output = Result<V, PlatformError>>,
    ) -> Result<V, PlatformError> {
        let ask = async {
            // The one before may have ended since the caller looked.
            if let Some(known) = self.known.get(&key) {
                return Ok(known);
            }
            let answer = ask.await?;
            self.known.insert(key.clone(), answer.clone());
            Ok(answer)
        };
        let waiting = self.join(&key);
        waiting.answer.get_or_init(|| ask).await.clone()
    }

    pub(crate) fn remove(&self, key: &K) {
        self.known.remove(key);
    }

    fn join<'a>(&'a self, key: &'a K) -> Waiting<'a, K, V> {
        let mut under_way = self.under_way();
        let listed = under_way.entry(key.clone()).or_insert_with(|| UnderWay {
            answer: Arc::default(),
            waiting: 0,
        });
        listed.waiting += 1;
        Waiting {
            cache: self,
            key,
            answer: Arc::clone(&listed.answer),
        }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<K, UnderWay<V>>> {
        let under_way = self.under_way.lock();
        under_way.unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone, V: Kept> Drop for Waiting<'_, K, V> {
    fn drop(&mut self) {
        let mut under_way = self.cache.under_way();
        // Another one may have begun since the answer came.
        let listed = under_way.get_mut(self.key);
        let Some(listed) = listed.filter(|listed| Arc::ptr_eq(&listed.answer, &self.answer)) else {
            return;
        };
        listed.waiting -= 1;
        if listed.waiting == 0 || self.answer.initialized() {
            under_way.remove(self.key);
        }
    }
}

#[cfg(test)]
mod tests;
