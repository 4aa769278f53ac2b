//! The environment that the platform gives to a container of the application.

use std::collections::BTreeMap;
use std::sync::Arc;

use packaging::{Isolation, Manifest};

use crate::state::{Application, Store, Subscription};

const MEMORY_LIMIT: &str = "256M";

/// The category of the owner tenant's options that come before the platform's own variables.
const CATEGORY: &str = "microservice.runtime";
/// What the names of the platform's own variables begin with.
const PREFIX: &str = "MICROSERVICE_RUNTIME_";
/// What can be set about the proxy of a protocol; without the host nothing is.
const PROXIES: [(&str, &[&str]); 3] = [
    (
        "proxy.http.host",
        &["proxy.http.port", "proxy.http.non.proxy.hosts"],
    ),
    ("proxy.https.host", &["proxy.https.port"]),
    ("proxy.socks.host", &["proxy.socks.port"]),
];

/// Variables by their names.
pub(crate) type Variables = BTreeMap<String, String>;

/// What the environment of a container is made of. Options are looked up when it is launched.
#[derive(Clone)]
pub(crate) struct Environment {
    pub(crate) store: Store,
    pub(crate) application: Application,
    pub(crate) base_url: String,
    pub(crate) isolation: Isolation,
    pub(crate) memory_limit: Option<String>,
    /// The platform's own variables.
    pub(crate) platform: Arc<Variables>,
}

impl Environment {
    pub(crate) fn new(
        store: &Store,
        application: &Application,
        manifest: &Manifest,
        base_url: String,
        platform: &Arc<Variables>,
    ) -> Self {
        Self {
            store: store.clone(),
            application: application.clone(),
            base_url,
            isolation: manifest.isolation,
            memory_limit: manifest.resources.memory.clone(),
            platform: platform.clone(),
        }
    }

    /// The variables of a container that listens on this port, and has a tenant of its own where
    /// the isolation is `PER_TENANT`.
    pub(crate) fn variables(&self, port: u16, own: Option<&Subscription>) -> Variables {
        let port = port.to_string();
        let application = &self.application;
        let memory_limit = self.memory_limit.as_deref().unwrap_or(MEMORY_LIMIT);
        let bootstrap_password = self.store.with(|platform| {
            let user = platform.bootstrap_user(application);
            user.map(|user| user.password.clone()).unwrap_or_default()
        });
        let mut variables = vec![
            ("APPLICATION_NAME", application.name()),
            ("APPLICATION_KEY", application.key()),
            ("SERVER_PORT", &port),
            ("C8Y_BASEURL", &self.base_url),
            ("C8Y_BOOTSTRAP_REGISTER", "false"),
            ("C8Y_BOOTSTRAP_TENANT", &application.owner),
            ("C8Y_BOOTSTRAP_PASSWORD", &bootstrap_password),
            ("C8Y_MICROSERVICE_ISOLATION", self.isolation.as_str()),
            ("MICROSERVICE_SUBSCRIPTION_ENABLED", "true"),
            ("MEMORY_LIMIT", memory_limit),
        ];
        let bootstrap_user = application.bootstrap_user();
        variables.push(("C8Y_BOOTSTRAP_USER", &bootstrap_user));
        if let Some(own) = own {
            variables.push(("C8Y_TENANT", &own.tenant));
            variables.push(("C8Y_USER", &own.user));
            variables.push(("C8Y_PASSWORD", &own.password));
        }
        let owned = variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        owned.chain(self.machine()).collect()
    }

    fn machine(&self) -> Vec<(String, String)> {
        let options = self.store.with(|platform| {
            let owner = platform.tenant(&self.application.owner);
            let options = owner.map(|owner| owner.options.category(CATEGORY));
            let options = options.into_iter().flatten();
            options
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect::<Variables>()
        });
        machine(|key| options.get(key).cloned(), &self.platform)
    }
}

/// Time zone and proxies. Each is looked up on its own, first among the options, then among the
/// platform's variables; what is blank counts as not set.
fn machine(option: impl Fn(&str) -> Option<String>, platform: &Variables) -> Vec<(String, String)> {
    let is_set = |value: &String| !value.trim().is_empty();
    let look_up = |key: &str| {
        let name = format!("{PREFIX}{}", variable(key));
        let option = option(key).filter(is_set);
        option.or_else(|| platform.get(&name).filter(|it| is_set(it)).cloned())
    };
    let zone = look_up("timezone").map(|zone| ("TZ".to_owned(), zone));
    let proxies = PROXIES.iter().filter_map(|(host, others)| {
        let host = (variable(host), look_up(host)?);
        let others = others
            .iter()
            .filter_map(|key| Some((variable(key), look_up(key)?)));
        Some([host].into_iter().chain(others).collect::<Vec<_>>())
    });
    zone.into_iter().chain(proxies.flatten()).collect()
}

/// `PROXY_HTTP_HOST` of `proxy.http.host`.
fn variable(key: &str) -> String {
    key.to_ascii_uppercase().replace('.', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(options: &[(&str, &str)], platform: &[(&str, &str)]) -> Variables {
        let owned = |pairs: &[(&str, &str)]| -> Variables {
            let pairs = pairs.iter();
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        let options = owned(options);
        machine(|key| options.get(key).cloned(), &owned(platform))
            .into_iter()
            .collect()
    }

    fn expected(pairs: &[(&str, &str)]) -> Variables {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_option_comes_before_the_platforms_variable_and_each_is_looked_up_on_its_own() {
        let seen = variables(
            &[("timezone", "Europe/Warsaw"), ("proxy.http.host", "option")],
            &[
                ("MICROSERVICE_RUNTIME_TIMEZONE", "Asia/Tokyo"),
                ("MICROSERVICE_RUNTIME_PROXY_HTTP_HOST", "platform"),
                ("MICROSERVICE_RUNTIME_PROXY_HTTP_PORT", "3128"),
                (
                    "MICROSERVICE_RUNTIME_PROXY_HTTP_NON_PROXY_HOSTS",
                    "localhost|*.local",
                ),
            ],
        );
        let wanted = [
            ("TZ", "Europe/Warsaw"),
            ("PROXY_HTTP_HOST", "option"),
            ("PROXY_HTTP_PORT", "3128"),
            ("PROXY_HTTP_NON_PROXY_HOSTS", "localhost|*.local"),
        ];
        assert_eq!(seen, expected(&wanted));
    }

    #[test]
    fn a_protocol_without_a_host_gets_none_of_its_variables() {
        let seen = variables(
            &[
                ("proxy.https.port", "3128"),
                ("proxy.socks.host", " "),
                ("proxy.socks.port", "1"),
            ],
            &[("MICROSERVICE_RUNTIME_PROXY_HTTP_PORT", "3128")],
        );
        assert_eq!(seen, Variables::new());
    }
}
