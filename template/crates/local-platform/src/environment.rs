//! The environment that the platform gives to a container of the application.

use std::collections::BTreeMap;

use crate::state::{PASSWORD, Subscription};

const MEMORY_LIMIT: &str = "256M";
const TIME_ZONE: &str = "UTC";

/// What the variables are made of.
pub(crate) struct Injected<'a> {
    pub(crate) name: &'a str,
    pub(crate) key: &'a str,
    pub(crate) server_port: u16,
    pub(crate) base_url: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) bootstrap_user: &'a str,
    pub(crate) isolation: packaging::Isolation,
    pub(crate) memory_limit: Option<&'a str>,
    /// The zone of the machine, where it says.
    pub(crate) time_zone: Option<String>,
    /// The one tenant of an instance, with `PER_TENANT`.
    pub(crate) instance: Option<Subscription>,
}

impl Injected<'_> {
    pub(crate) fn variables(self) -> BTreeMap<String, String> {
        let port = self.server_port.to_string();
        let time_zone = self.time_zone.unwrap_or_else(|| TIME_ZONE.to_owned());
        let mut variables = vec![
            ("APPLICATION_NAME", self.name),
            ("APPLICATION_KEY", self.key),
            ("SERVER_PORT", &port),
            ("C8Y_BASEURL", self.base_url),
            ("C8Y_BOOTSTRAP_REGISTER", "false"),
            ("C8Y_BOOTSTRAP_TENANT", self.owner),
            ("C8Y_BOOTSTRAP_USER", self.bootstrap_user),
            ("C8Y_BOOTSTRAP_PASSWORD", PASSWORD),
            ("C8Y_MICROSERVICE_ISOLATION", self.isolation.as_str()),
            ("MICROSERVICE_SUBSCRIPTION_ENABLED", "true"),
            ("MEMORY_LIMIT", self.memory_limit.unwrap_or(MEMORY_LIMIT)),
            ("TZ", &time_zone),
        ];
        if let Some(instance) = &self.instance {
            variables.push(("C8Y_TENANT", &instance.tenant));
            variables.push(("C8Y_USER", &instance.user));
            variables.push(("C8Y_PASSWORD", &instance.password));
        }
        variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}
