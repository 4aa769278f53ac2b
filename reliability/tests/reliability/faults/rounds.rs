//! Rounds of faults at random.

use std::time::Duration;

use fastrand::Rng;
use local_platform::{Fault, InjectedFault};

use super::kinds::{KINDS, SLOW};
use super::world::World;

/// Where the service sends requests during a call.
const IN_A_TENANT: [&str; 3] = ["/alarm", "/inventory", "/identity"];
const BEFORE: [&str; 2] = [
    "/application/currentApplication/subscriptions",
    "/user/currentUser",
];

/// What goes wrong during one call.
pub(super) struct Round {
    what: Vec<String>,
    faults: Vec<Fault>,
    /// Tenants whose sources are gone.
    without_source: Vec<String>,
    interruption: Option<(Interruption, Duration)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Interruption {
    /// All connections break.
    Cut,
    /// Connections are refused until the call has ended.
    Refusal,
    /// The platform is killed, and started again.
    Restart,
}

impl Round {
    pub(super) fn random(rng: &mut Rng, tenants: &[String]) -> Self {
        let number = rng.usize(0..60);
        let without_source = rng.choose_multiple(tenants, number);
        let mut round = Self {
            what: Vec::new(),
            faults: Vec::new(),
            without_source: without_source.into_iter().cloned().collect(),
            interruption: None,
        };
        for _ in 0..rng.usize(1..=4) {
            round.add_fault(rng, tenants);
        }
        let interruption = match rng.u8(0..12) {
            0 | 1 => Some(Interruption::Cut),
            2 | 3 => Some(Interruption::Refusal),
            4 => Some(Interruption::Restart),
            _ => None,
        };
        if let Some(kind) = interruption {
            let after = Duration::from_millis(rng.u64(0..500));
            round.what.push(format!("{kind:?} after {after:?}"));
            round.interruption = Some((kind, after));
        }
        round
    }

    fn add_fault(&mut self, rng: &mut Rng, tenants: &[String]) {
        let (mut name, mut fault) = KINDS[rng.usize(..KINDS.len())];
        if name == SLOW && rng.u8(0..4) > 0 {
            (name, fault) = KINDS[0];
        }
        let times = rng.u64(1..=6);
        if rng.u8(0..5) == 0 {
            let path = BEFORE[rng.usize(..BEFORE.len())];
            self.what.push(format!("{name} at {path}, {times} times"));
            self.faults.push(fault().at(path).times(times));
            return;
        }
        let path = IN_A_TENANT[rng.usize(..IN_A_TENANT.len())];
        let fault = || fault().at(path);
        if rng.bool() {
            // Mostly few: what goes wrong everywhere shows little of the rest.
            let share = 0.01 + 0.5 * rng.f64().powi(2);
            self.what
                .push(format!("{name} at {path}, a share of {share:.2}"));
            self.faults.push(fault().share(share));
        } else {
            let number = rng.usize(1..=40);
            self.what.push(format!(
                "{name} at {path}, {times} times in each of {number}"
            ));
            let some = rng.choose_multiple(tenants, number);
            let some = some
                .into_iter()
                .map(|tenant| fault().of(tenant).times(times));
            self.faults.extend(some);
        }
    }

    /// One call under these faults, and whether the promise is kept.
    pub(super) async fn run(self, world: &mut World) {
        let what = self.what.join("; ");
        world.delete_sources(&self.without_source).await;
        let platform = &world.stage.platform;
        let faults = self.faults.into_iter().map(|it| platform.inject(it));
        let faults: Vec<InjectedFault> = faults.collect();
        let call = world.call().await;
        let kind = call.kind.clone();
        let mut restarted = false;
        if let Some((interruption, after)) = self.interruption {
            tokio::time::sleep(after).await;
            world.tally.faults += 1;
            match interruption {
                Interruption::Cut => world.relay.cut(),
                Interruption::Refusal => world.relay.refuse().await,
                Interruption::Restart => {
                    world.restart_platform(after / 2).await;
                    restarted = true;
                }
            }
        }
        let answer = world.end(call, &what).await;
        world.relay.accept();
        world.stage.platform.clear_faults();
        world.tally.faults += faults.iter().map(InjectedFault::hits).sum::<u64>();
        world.check(&kind, &answer, &what, restarted).await;
    }
}
