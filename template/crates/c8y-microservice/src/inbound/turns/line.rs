//! Those who wait, in the order of their turns, and how many turns there are.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use tokio::sync::oneshot::Sender;

use super::{Limits, Turn};

/// Whom a caller claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) tenant: u64,
    pub(super) user: u64,
}

/// Whoever has a place in it has a caller who waits, or had one who has gone since.
#[derive(Default)]
pub(super) struct Line {
    /// The turns that were given and have not ended, in all and by tenant.
    under_way: usize,
    of_tenants: HashMap<u64, usize>,
    /// The first has the next turn.
    waiting: VecDeque<Tenant>,
}

struct Tenant {
    key: u64,
    /// The first has the tenant's next turn.
    users: VecDeque<User>,
}

struct User {
    key: u64,
    /// The first came first.
    callers: VecDeque<Sender<Turn>>,
}

impl Line {
    pub(super) fn enter(&mut self, claim: Claim, caller: Sender<Turn>) {
        let known = self.waiting.iter().position(|it| it.key == claim.tenant);
        let index = known.unwrap_or_else(|| {
            self.waiting.push_back(Tenant::new(claim.tenant));
            self.waiting.len() - 1
        });
        self.waiting[index].enter(claim.user, caller);
    }

    /// Whose turn it is, which begins with this.
    pub(super) fn next(&mut self, limits: &Limits) -> Option<(Claim, Sender<Turn>)> {
        while self.under_way < limits.under_way {
            let of_tenants = &self.of_tenants;
            let under_way = |tenant: &Tenant| of_tenants.get(&tenant.key).copied();
            let is_free = |tenant| under_way(tenant).unwrap_or_default() < limits.of_a_tenant;
            let index = self.waiting.iter().position(is_free)?;
            let mut tenant = self.waiting.remove(index)?;
            let key = tenant.key;
            let next = tenant.next();
            if !tenant.users.is_empty() {
                self.waiting.push_back(tenant);
            }
            if let Some((user, caller)) = next {
                self.under_way += 1;
                *self.of_tenants.entry(key).or_default() += 1;
                return Some((Claim { tenant: key, user }, caller));
            }
        }
        None
    }

    /// Ends a turn.
    pub(super) fn end(&mut self, claim: Claim) {
        self.under_way -= 1;
        let of_tenant = self.of_tenants.entry(claim.tenant).or_default();
        *of_tenant = of_tenant.saturating_sub(1);
        if *of_tenant == 0 {
            self.of_tenants.remove(&claim.tenant);
        }
    }

    /// Takes the newest of those out who have most waiting, where more than so many wait.
    pub(super) fn keep_within(&mut self, most: usize) {
        if self.len() > most {
            self.keep(|caller| !caller.is_closed());
        }
        while self.len() > most {
            let longest = self.waiting.iter_mut().max_by_key(|tenant| tenant.len());
            let users = longest.into_iter().flat_map(|tenant| &mut tenant.users);
            if let Some(user) = users.max_by_key(|user| user.callers.len()) {
                user.callers.pop_back();
            }
            self.keep(|_| true);
        }
    }

    /// Keeps some of the callers, and what has any.
    fn keep(&mut self, which: impl Fn(&Sender<Turn>) -> bool) {
        for tenant in &mut self.waiting {
            for user in &mut tenant.users {
                user.callers.retain(&which);
            }
            tenant.users.retain(|user| !user.callers.is_empty());
        }
        self.waiting.retain(|tenant| !tenant.users.is_empty());
    }

    fn len(&self) -> usize {
        self.waiting.iter().map(Tenant::len).sum()
    }
}

impl Tenant {
    fn new(key: u64) -> Self {
        let users = VecDeque::new();
        Self { key, users }
    }

    fn enter(&mut self, key: u64, caller: Sender<Turn>) {
        if let Some(user) = self.users.iter_mut().find(|user| user.key == key) {
            user.callers.push_back(caller);
        } else {
            let callers = [caller].into();
            self.users.push_back(User { key, callers });
        }
    }

    /// A caller who has not gone, and the user that it is of.
    fn next(&mut self) -> Option<(u64, Sender<Turn>)> {
        while let Some(mut user) = self.users.pop_front() {
            let key = user.key;
            let next = user.next();
            if !user.callers.is_empty() {
                self.users.push_back(user);
            }
            if let Some(caller) = next {
                return Some((key, caller));
            }
        }
        None
    }

    fn len(&self) -> usize {
        self.users.iter().map(|user| user.callers.len()).sum()
    }
}

impl User {
    fn next(&mut self) -> Option<Sender<Turn>> {
        while let Some(caller) = self.callers.pop_front() {
            if !caller.is_closed() {
                return Some(caller);
            }
        }
        None
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} under way, {} waiting", self.under_way, self.len())
    }
}
