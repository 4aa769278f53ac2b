//! Whose check is next. The platform is asked about a bounded number of callers at once, so that it
//! has connections for everything else, whoever sends however many credentials.

mod line;

use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::ApiError;
use crate::config::Config;
use line::{Claim, Line};

const MOST_WAITING: usize = 1_000;
/// When a caller who is turned away may come again.
const AGAIN: Duration = Duration::from_secs(1);

/// How many checks there may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// At once.
    pub(super) under_way: usize,
    /// Of those, for one tenant.
    pub(super) of_a_tenant: usize,
    /// Waiting for their turns.
    pub(super) waiting: usize,
    /// How long one waits.
    pub(super) patience: Duration,
}

/// Turns are taken by what callers claim: one tenant after the other, and within a tenant one user
/// after the other. So a caller waits for one check of each other tenant, and of each other user of
/// the own one, however many there are of any of them. Where too many wait, the newest of those who
/// have most waiting is turned away. Clones are the same.
#[derive(Clone)]
pub(super) struct Turns(Arc<Inner>);

struct Inner {
    limits: Limits,
    /// Claims may be of any length, and are kept as numbers.
    hasher: RandomState,
    line: Mutex<Line>,
}

/// A check may be under way, until this is dropped.
pub(super) struct Turn {
    turns: Turns,
    claim: Claim,
}

impl Limits {
    /// Half of the connections are for checks, and half of those for one tenant. Half as many may
    /// wait as may be connected, and as long as any request waits for a connection.
    pub(super) fn of(config: &Config) -> Self {
        let under_way = (config.http_client.connections() / 2).max(1);
        Self {
            under_way,
            of_a_tenant: (under_way / 2).max(1),
            waiting: (config.server.max_connections / 2).clamp(1, MOST_WAITING),
            patience: config.http_client.pool_await_timeout,
        }
    }
}

impl Turns {
    pub(super) fn new(limits: Limits) -> Self {
        Self(Arc::new(Inner {
            limits,
            hasher: RandomState::new(),
            line: Mutex::default(),
        }))
    }

    /// Waits for the turn of somebody who claims to be this user of this tenant.
    pub(super) async fn take(&self, tenant: impl Hash, user: impl Hash) -> Result<Turn, ApiError> {
        let claim = Claim {
            tenant: self.0.hasher.hash_one(tenant),
            user: self.0.hasher.hash_one(user),
        };
        let (caller, turn) = oneshot::channel();
        self.line().enter(claim, caller);
        self.give();
        self.line().keep_within(self.0.limits.waiting);
        match timeout(self.0.limits.patience, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_turned_away)) => Err(busy("too many callers wait for that already")),
            Err(_elapsed) => Err(busy("its turn did not come in time")),
        }
    }

    /// Gives the turns that there are.
    fn give(&self) {
        loop {
            let next = self.line().next(&self.0.limits);
            let Some((claim, caller)) = next else { return };
            let turns = self.clone();
            // If the caller has gone this very moment, the turn is over, and the next one's.
            drop(caller.send(Turn { turns, claim }));
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.line().end(self.claim);
        self.turns.give();
    }
}

fn busy(reason: &str) -> ApiError {
    let message = "The credentials could not be verified: too many callers at once";
    let refusal = ApiError::unavailable(message).retry_after(AGAIN);
    refusal.because(reason)
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Turns({:?})", self.line())
    }
}

#[cfg(test)]
mod tests;
