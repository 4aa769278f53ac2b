//! What the platform said of callers, kept for a while.

use super::shown::Digest;
use super::verdict::Verdict;
use crate::cache::Cache;

const MOST_VERIFIED: u64 = 10_000;
const MOST_REFUSED: u64 = 1_000;
/// The part of the memory that refusals have.
const REFUSED_PART: u64 = 10;

/// Refusals have a place of their own: whoever tries passwords makes nobody unknown. Clones are the
/// same.
#[derive(Debug, Clone)]
pub(super) struct Verdicts {
    verified: Cache<Digest, Verdict>,
    refused: Cache<Digest, Verdict>,
}

impl Verdicts {
    /// Those that fit into so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let refused = bytes / REFUSED_PART;
        Self {
            verified: Cache::new(bytes - refused, MOST_VERIFIED),
            refused: Cache::new(refused, MOST_REFUSED),
        }
    }

    pub(super) fn get(&self, digest: &Digest) -> Option<Verdict> {
        let verified = self.verified.get(digest);
        verified.or_else(|| self.refused.get(digest))
    }

    pub(super) fn insert(&self, digest: Digest, verdict: Verdict) {
        let cache = match verdict.result {
            Ok(_) => &self.verified,
            Err(_) => &self.refused,
        };
        cache.insert(digest, verdict);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TenantId;
    use crate::inbound::{ApiError, User};

    fn digest(number: u64) -> Digest {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        digest
    }

    fn refused() -> Verdict {
        Verdict::refused(ApiError::unauthorized("no"))
    }

    fn verified() -> Verdict {
        let user = User::new(TenantId::from("t1"), "somebody".to_owned(), [].into());
        Verdict::verified(user, None)
    }

    #[tokio::test]
    async fn what_is_remembered_stays_within_its_bytes_and_its_number() {
        for (bytes, most_verified, most_refused) in
            [(44_000, 100, 11), (1 << 32, MOST_VERIFIED, MOST_REFUSED)]
        {
            let verdicts = Verdicts::new(bytes);
            for number in 0..most_verified + 500 {
                verdicts.insert(digest(number), verified());
                verdicts.insert(digest(number | 1 << 63), refused());
            }
            let (verified, of_verified) = verdicts.verified.size();
            let (refused, of_refused) = verdicts.refused.size();
            assert!(
                verified > most_verified / 2 && verified <= most_verified,
                "{verified}"
            );
            assert!(
                refused > most_refused / 2 && refused <= most_refused,
                "{refused}"
            );
            assert!(
                of_verified + of_refused <= bytes,
                "{of_verified}, {of_refused}"
            );
        }
    }

    /// Those who come first would keep their places.
    #[tokio::test]
    async fn ten_thousand_refusals_make_nobody_unknown() {
        let verdicts = Verdicts::new(12_800_000);
        let storm = |from: u64| {
            for number in from..from + 10_000 {
                verdicts.insert(digest(number), refused());
            }
        };
        storm(10_000);
        for number in 0..5_000 {
            verdicts.insert(digest(number), verified());
        }
        storm(20_000);
        let known = (0..5_000).filter(|number| verdicts.get(&digest(*number)).is_some());
        assert_eq!(known.count(), 5_000);
    }
}
