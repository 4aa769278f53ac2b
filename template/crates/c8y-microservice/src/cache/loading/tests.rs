use futures_util::future::{join, join_all, pending, poll_immediate};
use tokio::sync::Notify;

use super::*;
use crate::id::ManagedObjectId;

type Ids = LoadingCache<u32, ManagedObjectId>;

impl<K: Eq + Hash + Clone, V: Kept> LoadingCache<K, V> {
    /// Entries, and the bytes that they take.
    pub(crate) fn size(&self) -> (u64, u64) {
        self.known.size()
    }
}

fn cache() -> Ids {
    LoadingCache::new(100_000, 100)
}

fn id(id: &str) -> ManagedObjectId {
    id.into()
}

const FAILED: Result<ManagedObjectId, PlatformError> = Err(PlatformError::Stopping);

/// The answer, where nobody is to be asked.
async fn known(cache: &Ids) -> Result<ManagedObjectId, PlatformError> {
    cache.get_or(1, async { panic!("asked again") }).await
}

#[tokio::test]
async fn many_at_once_ask_once_and_later_ones_know() {
    let cache = cache();
    let answer = Notify::new();
    let first = cache.get_or(1, async {
        answer.notified().await;
        Ok(id("7"))
    });
    let others = join_all((0..10).map(|_| known(&cache)));
    let all = join(first, others);
    let (all, ()) = join(all, async { answer.notify_one() }).await;
    assert_eq!(all, (Ok(id("7")), vec![Ok(id("7")); 10]));
    assert_eq!(known(&cache).await, Ok(id("7")));
    assert!(cache.under_way().is_empty());
}

#[tokio::test]
async fn a_failure_is_that_of_all_who_wait_and_of_nobody_later() {
    let cache = cache();
    let answer = Notify::new();
    let first = cache.get_or(1, async {
        answer.notified().await;
        FAILED
    });
    let all = join(first, known(&cache));
    let (all, ()) = join(all, async { answer.notify_one() }).await;
    assert_eq!(all, (FAILED, FAILED));
    assert_eq!(cache.get_or(1, async { Ok(id("8")) }).await, Ok(id("8")));
}

#[tokio::test]
async fn when_the_one_who_asks_goes_away_the_next_one_asks() {
    let cache = cache();
    let mut first = Box::pin(cache.get_or(1, pending()));
    let mut second = Box::pin(cache.get_or(1, async { Ok(id("8")) }));
    assert!(poll_immediate(&mut first).await.is_none());
    assert!(poll_immediate(&mut second).await.is_none());
    drop(first);
    assert_eq!(second.await, Ok(id("8")));
    drop(poll_immediate(cache.get_or(2, pending())).await);
    assert!(cache.under_way().is_empty());
}

#[tokio::test]
async fn what_was_removed_is_asked_for_again() {
    let cache = cache();
    cache.get_or(1, async { Ok(id("7")) }).await.unwrap();
    cache.remove(&1);
    assert_eq!(cache.get(&1), None);
    assert_eq!(cache.get_or(1, async { Ok(id("8")) }).await, Ok(id("8")));
}
