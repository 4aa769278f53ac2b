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
pub(crate) struct Targets(Arc<Mutex<BTreeMap<String, Vec<Instance>>>>);

impl Targets {
    /// Adds an instance, or takes its place: an address that is there already is never gone in
    /// between.
    pub(crate) fn add(&self, context_path: &str, instance: Instance) {
        self.with(|all| {
            let instances = all.entry(context_path.to_owned()).or_default();
            instances.retain(|other| other.address != instance.address);
            instances.push(instance);
        });
    }

    /// Makes an instance the only one.
    pub(crate) fn set(&self, context_path: &str, instance: Instance) {
        self.with(|all| all.insert(context_path.to_owned(), vec![instance]));
    }

    pub(crate) fn remove(&self, context_path: &str, address: SocketAddr) {
        self.with(|all| {
            if let Some(instances) = all.get_mut(context_path) {
                instances.retain(|instance| instance.address != address);
            }
        });
    }

    /// The instance that serves a tenant.
    pub(crate) fn find(&self, context_path: &str, tenant: &str) -> Result<SocketAddr, Refusal> {
        let instances = self.with(|all| all.get(context_path).cloned().unwrap_or_default());
        let serves =
            |instance: &&Instance| instance.tenant.as_deref().is_none_or(|it| it == tenant);
        match instances.iter().find(serves) {
            Some(instance) => Ok(instance.address),
            None if instances.is_empty() => Err(unavailable("no instance of it is running")),
            None => Err(unavailable(&format!(
                "its isolation is PER_TENANT, and tenant {tenant} has no instance"
            ))),
        }
    }

    fn with<R>(&self, work: impl FnOnce(&mut BTreeMap<String, Vec<Instance>>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(crate) fn unavailable(why: &str) -> Refusal {
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

    #[test]
    fn an_instance_of_its_own_serves_no_other_tenant() {
        let targets = Targets::default();
        targets.add("hello", instance(1, Some("t101")));
        assert_eq!(
            targets.find("hello", "t101").map(|address| address.port()),
            Ok(1)
        );
        let refusal = targets
            .find("hello", "t102")
            .expect_err("t102 has no instance");
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
        assert_eq!(
            targets.with(|all| all["hello"].clone()),
            [instance(1, Some("t101"))]
        );
    }

    #[test]
    fn a_service_without_instances_is_unavailable() {
        let targets = Targets::default();
        targets.add("hello", instance(1, None));
        targets.remove("hello", instance(1, None).address);
        assert_eq!(
            targets
                .find("hello", "t101")
                .map_err(|refusal| refusal.status),
            Err(503)
        );
    }
}
