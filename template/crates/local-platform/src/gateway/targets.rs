//! Where the gateway sends requests: the instances that run behind each context path.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::refusal::Refusal;

/// A running instance of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) address: SocketAddr,
    /// The one tenant that it serves, where the isolation is `PER_TENANT`.
    pub(crate) tenant: Option<String>,
}

/// A handle on the instances that are ready.
#[derive(Clone, Default)]
pub(crate) struct Targets(Arc<Mutex<Ready>>);

#[derive(Default)]
struct Ready {
    services: BTreeMap<String, Vec<Target>>,
    /// How many times an instance was chosen.
    turns: u64,
}

struct Target {
    instance: Instance,
    /// The turn at which it was chosen last. Whoever waits longest is next: the instances that
    /// serve a tenant take turns, whatever other tenants ask for.
    turn: u64,
}

impl Targets {
    /// Adds an instance, or takes its place: an address that is there already is never gone in
    /// between.
    pub(crate) fn add(&self, context_path: &str, instance: Instance) {
        self.with(|ready| {
            let targets = ready.services.entry(context_path.to_owned()).or_default();
            let before = targets
                .iter_mut()
                .find(|target| target.instance.address == instance.address);
            match before {
                Some(target) => target.instance = instance,
                None => targets.push(Target { instance, turn: 0 }),
            }
        });
    }

    /// Makes an instance the only one.
    pub(crate) fn set(&self, context_path: &str, instance: Instance) {
        let targets = vec![Target { instance, turn: 0 }];
        self.with(|ready| ready.services.insert(context_path.to_owned(), targets));
    }

    pub(crate) fn remove(&self, context_path: &str, address: SocketAddr) {
        self.with(|ready| {
            if let Some(targets) = ready.services.get_mut(context_path) {
                targets.retain(|target| target.instance.address != address);
            }
        });
    }

    /// The instance whose turn it is to serve a tenant, of those that have not refused to.
    pub(crate) fn next(
        &self,
        context_path: &str,
        tenant: &str,
        refused: &[SocketAddr],
    ) -> Result<SocketAddr, Refusal> {
        self.with(|ready| {
            let targets = ready.services.get_mut(context_path);
            let targets = targets.map(Vec::as_mut_slice).unwrap_or_default();
            let none_runs = targets.is_empty();
            let next = targets
                .iter_mut()
                .filter(|target| target.instance.serves(tenant))
                .filter(|target| !refused.contains(&target.instance.address))
                .min_by_key(|target| target.turn);
            match next {
                Some(target) => {
                    ready.turns += 1;
                    target.turn = ready.turns;
                    Ok(target.instance.address)
                }
                None => Err(unavailable(tenant, refused, none_runs)),
            }
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut Ready) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Instance {
    fn serves(&self, tenant: &str) -> bool {
        self.tenant.as_deref().is_none_or(|it| it == tenant)
    }
}

fn unavailable(tenant: &str, refused: &[SocketAddr], none_runs: bool) -> Refusal {
    let why = if !refused.is_empty() {
        let refused: Vec<String> = refused.iter().map(ToString::to_string).collect();
        format!("nothing listens on {}", refused.join(", "))
    } else if none_runs {
        "no instance of it is running".to_owned()
    } else {
        format!("its isolation is PER_TENANT, and tenant {tenant} has no instance")
    };
    let message = format!("The microservice is not available: {why}");
    Refusal::new(503, "gateway/Service Unavailable", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(port: u16, tenant: Option<&str>) -> Instance {
        Instance {
            address: ([127, 0, 0, 1], port).into(),
            tenant: tenant.map(str::to_owned),
        }
    }

    /// The ports that the next requests of a tenant go to.
    fn ports<const N: usize>(targets: &Targets, tenant: &str) -> [u16; N] {
        std::array::from_fn(|_| {
            let next = targets.next("hello", tenant, &[]);
            next.expect("an instance").port()
        })
    }

    #[test]
    fn instances_take_turns() {
        let targets = Targets::default();
        for port in [1, 2, 3] {
            targets.add("hello", instance(port, None));
        }
        assert_eq!(ports(&targets, "t101"), [1, 2, 3, 1]);
        targets.remove("hello", instance(2, None).address);
        // Another probe of an instance does not give it another turn.
        targets.add("hello", instance(1, None));
        assert_eq!(ports(&targets, "t102"), [3, 1, 3]);
    }

    #[test]
    fn a_tenants_own_instances_take_turns_whatever_other_tenants_ask_for() {
        let targets = Targets::default();
        for (port, tenant) in [(1, "t101"), (2, "t102"), (3, "t101"), (4, "t102")] {
            targets.add("hello", instance(port, Some(tenant)));
        }
        assert_eq!(ports(&targets, "t101"), [1]);
        assert_eq!(ports(&targets, "t102"), [2]);
        assert_eq!(ports(&targets, "t101"), [3, 1]);
        assert_eq!(ports(&targets, "t102"), [4, 2]);
    }

    #[test]
    fn one_that_refused_is_passed_over_until_all_have() {
        let targets = Targets::default();
        let addresses = [1, 2].map(|port| instance(port, None).address);
        for port in [1, 2] {
            targets.add("hello", instance(port, None));
        }
        let next = targets.next("hello", "t101", &addresses[..1]);
        assert_eq!(next, Ok(addresses[1]));
        let refusal = targets.next("hello", "t101", &addresses);
        let refusal = refusal.expect_err("all have refused");
        assert_eq!(refusal.status, 503);
        for address in addresses {
            assert!(refusal.message.contains(&address.to_string()), "{refusal}");
        }
    }

    #[test]
    fn an_instance_of_its_own_serves_no_other_tenant() {
        let targets = Targets::default();
        targets.add("hello", instance(1, Some("t101")));
        assert_eq!(ports(&targets, "t101"), [1]);
        let refusal = targets.next("hello", "t102", &[]);
        let refusal = refusal.expect_err("t102 has no instance");
        assert!(
            refusal.message.contains("t102 has no instance"),
            "{refusal}"
        );
    }

    #[test]
    fn an_instance_that_is_added_again_is_still_one() {
        let targets = Targets::default();
        targets.add("hello", instance(1, None));
        targets.add("hello", instance(1, Some("t101")));
        let instances = targets.with(|ready| {
            let targets = ready.services["hello"].iter();
            targets.map(|it| it.instance.clone()).collect::<Vec<_>>()
        });
        assert_eq!(instances, [instance(1, Some("t101"))]);
    }

    #[test]
    fn a_service_without_instances_is_unavailable() {
        let targets = Targets::default();
        targets.add("hello", instance(1, None));
        targets.remove("hello", instance(1, None).address);
        let refusal = targets.next("hello", "t101", &[]);
        assert_eq!(refusal.map_err(|refusal| refusal.status), Err(503));
    }
}
