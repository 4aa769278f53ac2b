//! What all callers share: the stage, which tenants are settled, and what was seen.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use local_platform::OWNER;
use reqwest::{Client, Method, RequestBuilder};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::support::{Answer, Stage, try_answer};

pub(super) struct Site {
    pub(super) stage: Stage,
    tenants: Vec<Tenant>,
    seen: RefCell<Seen>,
}

/// A tenant. Its users call while it is settled. It is not from the moment before its subscription
/// ends until the service has been seen to serve it again.
pub(super) struct Tenant {
    pub(super) id: String,
    settled: RwLock<()>,
    change: Cell<Change>,
}

/// The last time that a tenant was not settled.
#[derive(Clone, Copy, Default)]
enum Change {
    #[default]
    None,
    UnderWay,
    Ended(Instant),
}

#[derive(Default)]
struct Seen {
    counts: BTreeMap<&'static str, u64>,
    unexpected: Vec<String>,
}

impl Site {
    pub(super) fn new(mut stage: Stage) -> Self {
        let tenants = stage.platform.tenants().into_iter().map(Tenant::new);
        let tenants = tenants.collect();
        // Below the time after which the service closes an idle connection: one that is about to go is
        // not used.
        let idle = Duration::from_secs(2);
        let http = Client::builder().no_proxy().pool_idle_timeout(idle);
        stage.http = http.build().expect("an HTTP client");
        Self {
            stage,
            tenants,
            seen: RefCell::default(),
        }
    }

    pub(super) fn tenants(&self) -> &[Tenant] {
        &self.tenants
    }

    /// A tenant that stays settled until its guard is dropped.
    pub(super) async fn settled(&self, rng: &mut Rng) -> (&str, RwLockReadGuard<'_, ()>) {
        loop {
            let tenant = rng.choice(&self.tenants).expect("there are some");
            if let Ok(guard) = tenant.settled.try_read() {
                return (&tenant.id, guard);
            }
            tokio::task::yield_now().await;
        }
    }

    /// A tenant other than the owner, whose users do not call until the guard is dropped.
    pub(super) async fn unsettled(&self, rng: &mut Rng) -> (&Tenant, RwLockWriteGuard<'_, ()>) {
        let others = self.tenants.iter().filter(|it| it.id != OWNER);
        let others: Vec<_> = others.collect();
        let tenant = rng.choice(others).expect("there are some");
        (tenant, tenant.settled.write().await)
    }

    /// A request to the service as a tenant's administrator, through the gateway or past it.
    pub(super) fn request(
        &self,
        rng: &mut Rng,
        tenant: &str,
        method: Method,
        path: &str,
    ) -> RequestBuilder {
        if rng.bool() {
            self.stage.through_gateway(tenant, method, path)
        } else {
            self.stage.direct(tenant, method, path)
        }
    }

    /// Sends a request, and counts its answer.
    pub(super) async fn ask(
        &self,
        name: &'static str,
        request: RequestBuilder,
        is_expected: impl Fn(&Answer) -> bool,
    ) {
        let answer = try_answer(request).await;
        let ok = answer.as_ref().is_ok_and(is_expected);
        self.count(
            name,
            if ok {
                None
            } else {
                Some(format!("{answer:?}"))
            },
        );
    }

    pub(super) fn count(&self, name: &'static str, unexpected: Option<String>) {
        let mut seen = self.seen.borrow_mut();
        *seen.counts.entry(name).or_default() += 1;
        let unexpected = unexpected.map(|it| format!("{name}: {it}"));
        seen.unexpected.extend(unexpected);
    }

    pub(super) fn seen(&self) -> (BTreeMap<&'static str, u64>, Vec<String>) {
        let seen = self.seen.borrow();
        (seen.counts.clone(), seen.unexpected.clone())
    }
}

impl Tenant {
    fn new(id: String) -> Self {
        Self {
            id,
            settled: RwLock::default(),
            change: Cell::default(),
        }
    }

    pub(super) fn begin_change(&self) {
        self.change.set(Change::UnderWay);
    }

    pub(super) fn end_change(&self) {
        self.change.set(Change::Ended(Instant::now()));
    }

    /// Whether it has been settled from this moment on.
    pub(super) fn is_settled_since(&self, moment: Instant) -> bool {
        match self.change.get() {
            Change::None => true,
            Change::UnderWay => false,
            Change::Ended(ended) => ended < moment,
        }
    }
}
