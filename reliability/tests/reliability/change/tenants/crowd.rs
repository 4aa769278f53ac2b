//! Who is subscribed, and changes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fastrand::Rng;
use local_platform::OWNER;
use tokio::time::sleep;

use crate::support::Stage;

/// How many changes there are during a fan-out.
const CHANGES: usize = 12;

pub(super) struct Crowd {
    all: BTreeSet<String>,
    subscribed: BTreeSet<String>,
}

/// The tenants whose subscription changed, and how often.
pub(super) struct Touched(BTreeMap<String, u64>);

impl Crowd {
    pub(super) fn new(stage: &Stage) -> Self {
        let all: BTreeSet<_> = stage.platform.tenants().into_iter().collect();
        let subscribed = all.clone();
        Self { all, subscribed }
    }

    pub(super) fn all(&self) -> &BTreeSet<String> {
        &self.all
    }

    pub(super) fn subscribed(&self) -> &BTreeSet<String> {
        &self.subscribed
    }

    pub(super) fn some(&self, rng: &mut Rng, number: usize) -> Vec<&String> {
        rng.choose_multiple(self.all.iter(), number)
    }

    /// Has some tenants leave, come back, or both at once, at random moments. The owner stays, whose
    /// user calls.
    pub(super) async fn change(&mut self, stage: &Stage, rng: &mut Rng) -> Touched {
        let mut touched = BTreeMap::<_, u64>::new();
        let others: Vec<_> = self.all.iter().filter(|it| *it != OWNER).cloned().collect();
        for _ in 0..CHANGES {
            sleep(Duration::from_millis(rng.u64(0..40))).await;
            let tenant = rng.choice(&others).expect("there are some");
            if self.subscribed.remove(tenant) {
                stage.unsubscribe(tenant).await;
                if rng.bool() {
                    self.come(stage, tenant).await;
                }
            } else {
                self.come(stage, tenant).await;
            }
            *touched.entry(tenant.clone()).or_default() += 1;
        }
        Touched(touched)
    }

    async fn come(&mut self, stage: &Stage, tenant: &str) {
        stage.subscribe(tenant).await;
        self.subscribed.insert(tenant.to_owned());
    }
}

impl Touched {
    pub(super) fn contains(&self, tenant: &str) -> bool {
        self.0.contains_key(tenant)
    }

    pub(super) fn changes(&self) -> u64 {
        self.0.values().sum()
    }
}
