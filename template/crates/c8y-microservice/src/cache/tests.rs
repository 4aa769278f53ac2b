use super::*;

#[derive(Debug, Clone, PartialEq)]
struct Page {
    bytes: u64,
    lasts: Duration,
}

impl Kept for Page {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn lasts(&self) -> Duration {
        self.lasts
    }
}

fn page(bytes: u64) -> Page {
    let lasts = Duration::from_mins(10);
    Page { bytes, lasts }
}

impl<K: Eq + Hash, V: Kept> Cache<K, V> {
    /// Entries, and the bytes that they take.
    pub(crate) fn size(&self) -> (u64, u64) {
        let entries = &self.0.entries;
        (entries.len() as u64, entries.weight())
    }
}

#[tokio::test]
async fn what_is_kept_stays_within_its_bytes_and_its_number() {
    let (large, small) = (Cache::new(100_000, 1_000), Cache::new(100_000, 1_000));
    for key in 0..2_000 {
        large.insert(key, page(10_000));
        small.insert(key, page(1));
    }
    let ((large, bytes), (small, _)) = (large.size(), small.size());
    assert!(
        large > 5 && large <= 10 && bytes <= 100_000,
        "{large}: {bytes}"
    );
    assert!(small > 900 && small <= 1_000, "{small}");
}

#[tokio::test]
async fn what_takes_more_than_there_is_is_not_kept() {
    let cache = Cache::new(100_000, 1_000);
    cache.insert(1, page(1));
    cache.insert(2, page(100_001));
    assert_eq!((cache.get(&1), cache.get(&2)), (Some(page(1)), None));
    let none = Cache::new(0, 0);
    none.insert(1, page(1));
    assert_eq!(none.get(&1), None);
}

#[tokio::test]
async fn what_is_used_stays_when_others_make_room() {
    let cache = Cache::new(100_000, 1_000);
    for key in 0..10_000 {
        cache.insert(key, page(100));
        assert_eq!(cache.get(&0), Some(page(100)), "{key}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_entry_counts_as_long_as_it_lasts() {
    let cache = Cache::new(100_000, 1_000);
    let short = Page {
        bytes: 1,
        lasts: Duration::from_secs(5),
    };
    cache.insert(1, short.clone());
    cache.insert(2, page(1));
    tokio::time::advance(Duration::from_secs(4)).await;
    assert_eq!((cache.get(&1), cache.get(&2)), (Some(short), Some(page(1))));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!((cache.get(&1), cache.get(&2)), (None, Some(page(1))));
    tokio::time::advance(Duration::from_mins(10)).await;
    assert_eq!((cache.get(&1), cache.get(&2)), (None, None));
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_takes_no_room() {
    let cache = Cache::new(100_000, 1_000);
    for key in 0..1_000 {
        cache.insert(key, page(1));
        cache.get(&key);
    }
    tokio::time::advance(Duration::from_mins(10)).await;
    cache.insert(1_000, page(1));
    assert_eq!(cache.size().0, 1);
}
