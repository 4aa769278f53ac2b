use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::oneshot;

use super::*;

const DIGEST: Digest = [7; 32];

/// Checks that count themselves.
#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// A check that refuses once it is told to.
    fn check(&self, end: oneshot::Receiver<()>) -> Check {
        let counter = self.clone();
        async move {
            counter.0.fetch_add(1, Ordering::SeqCst);
            end.await.ok();
            Ok(Verdict::refused(ApiError::unauthorized("no")))
        }
        .boxed()
    }

    fn begun(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn len(list: &UnderWay) -> usize {
    list.checks().by_digest.len()
}

fn never() -> Check {
    panic!("a check is under way already")
}

#[tokio::test]
async fn a_check_goes_on_when_whoever_began_it_is_gone() {
    let (list, counter) = (UnderWay::default(), Counter::default());
    let (end, ending) = oneshot::channel();
    let mut first = list.join(DIGEST, || counter.check(ending));
    assert!((&mut first).now_or_never().is_none());
    let second = list.join(DIGEST, never);
    drop(first);
    let third = list.join(DIGEST, never);
    end.send(()).unwrap();
    for check in [second, third] {
        check.await.unwrap().result.unwrap_err();
    }
    assert_eq!((counter.begun(), len(&list)), (1, 0));
}

#[tokio::test]
async fn a_check_that_nobody_waits_for_is_dropped() {
    let (list, counter) = (UnderWay::default(), Counter::default());
    let (mut end, ending) = oneshot::channel();
    let mut check = list.join(DIGEST, || counter.check(ending));
    assert!((&mut check).now_or_never().is_none());
    assert_eq!(len(&list), 1);
    drop(check);
    end.closed().await;
    assert_eq!(len(&list), 0);
}

#[test]
fn a_check_that_was_never_begun_leaves_nothing_behind() {
    let (list, counter) = (UnderWay::default(), Counter::default());
    drop(list.join(DIGEST, || counter.check(oneshot::channel().1)));
    assert_eq!((counter.begun(), len(&list)), (0, 0));
}

#[tokio::test]
async fn a_check_that_has_ended_is_followed_by_another() {
    let (list, counter) = (UnderWay::default(), Counter::default());
    let join = || list.join(DIGEST, || counter.check(oneshot::channel().1));
    let ended = join();
    ended.clone().await.unwrap();
    join().await.unwrap();
    assert_eq!((counter.begun(), len(&list)), (2, 0));
    drop(ended);
}

#[tokio::test]
async fn other_credentials_have_a_check_of_their_own() {
    let (list, counter) = (UnderWay::default(), Counter::default());
    let (_end, ending) = oneshot::channel();
    let one = list.join(DIGEST, || counter.check(ending));
    let other = list.join([8; 32], || counter.check(oneshot::channel().1));
    other.await.unwrap();
    assert_eq!((counter.begun(), len(&list)), (1, 1));
    drop(one);
}

#[test]
fn a_check_that_cannot_begin_harms_no_other() {
    let (list, counter) = (UnderWay::default(), Counter::default());
    let unable = || -> Check { panic!("a check that cannot begin") };
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        drop(list.join(DIGEST, unable));
    }));
    assert!(failed.is_err());
    let other = list.join(DIGEST, || counter.check(oneshot::channel().1));
    assert_eq!(len(&list), 1);
    drop(other);
    assert_eq!(len(&list), 0);
}
