//! Checks that are under way, each shared by all who wait for the same.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};

use super::ApiError;
use super::shown::Digest;
use super::verdict::Verdict;

pub(super) type Check = BoxFuture<'static, Result<Verdict, ApiError>>;

/// Checks that somebody waits for. One goes on as long as anybody does, whoever began it, and is
/// dropped with the last: what is under way is never more than what is waited for.
#[derive(Clone, Default)]
pub(super) struct UnderWay(Arc<Mutex<Checks>>);

#[derive(Default)]
struct Checks {
    begun: u64,
    by_digest: HashMap<Digest, (u64, WeakShared<Check>)>,
}

/// Takes a check off the list, when it has ended or is dropped.
struct Listed {
    list: UnderWay,
    digest: Digest,
    number: u64,
}

impl UnderWay {
    /// The check that is under way, or else a new one.
    pub(super) fn join(&self, digest: Digest, begin: impl FnOnce() -> Check) -> Shared<Check> {
        let mut checks = self.checks();
        let known = checks.by_digest.get(&digest);
        if let Some(check) = known.and_then(|(_, check)| check.upgrade()) {
            return check;
        }
        let work = begin();
        checks.begun += 1;
        let number = checks.begun;
        let listed = Listed {
            list: self.clone(),
            digest,
            number,
        };
        let check = async move {
            let _listed = listed;
            work.await
        };
        let check = check.boxed().shared();
        let weak = check.downgrade().expect("it has not ended");
        checks.by_digest.insert(digest, (number, weak));
        check
    }

    fn checks(&self) -> MutexGuard<'_, Checks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        let mut checks = self.list.checks();
        let listed = checks.by_digest.get(&self.digest);
        // Another one may have begun since the last one who waited for this one has gone.
        if listed.is_some_and(|(number, _)| *number == self.number) {
            checks.by_digest.remove(&self.digest);
        }
    }
}

impl fmt::Debug for UnderWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnderWay({})", self.checks().by_digest.len())
    }
}

#[cfg(test)]
mod tests;
