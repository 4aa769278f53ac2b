//! What the platform, or whoever starts the service, sets in its environment.
//!
//! Every variable is read once, at the start. Whatever is wrong is collected and said in one
//! message, each problem with the name of its variable and what is allowed there; no message
//! repeats the value of a secret.

mod certificates;
mod environment;
mod http_client;
mod proxies;
mod server;
mod values;

use std::ffi::OsString;
use std::fmt::{self, Display};
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;

use crate::credentials::{Credentials, secret_header};
use crate::id::TenantId;
pub use certificates::Certificates;
use environment::Reader;
pub use environment::{ConfigError, Problem};
pub use http_client::HttpClient;
pub use proxies::{NoProxy, Proxies, Proxy, UsualProxies};
pub(crate) use server::LONGEST_SHUTDOWN;
pub use server::Server;

const NO_REGISTRATION: &str = "is true, and the service is built without the cargo feature \
    self-registration of c8y-microservice: add it and give Microservice::manifest, or register the \
    application and set its bootstrap user";

/// The configuration of a service, one part a concern.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Who the service is.
    pub application: Application,
    /// Where it listens, what it lets callers take, and how it stops.
    pub server: Server,
    /// Where the platform is.
    pub platform: Platform,
    /// How requests to the platform are made.
    pub http_client: HttpClient,
    /// How it learns of its tenants.
    pub bootstrap: Bootstrap,
    /// Proxies for HTTP.
    pub proxies: Proxies,
    /// What TLS trusts.
    pub certificates: Certificates,
    /// `FAN_OUT_CONCURRENCY`: tenants that one fan-out serves at the same time; 32.
    pub fan_out_concurrency: usize,
    /// `MEMORY_LIMIT`: bytes that the container may use; 256M. Units as in the manifest: `10M` is
    /// 10,000,000 bytes, `10Mi` is 10,485,760. An answer of the platform may take an eighth of it,
    /// and at most 32 MiB.
    pub memory_limit: u64,
}

/// Who the service is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Application {
    /// `APPLICATION_NAME`: the application's name on the platform.
    pub name: Option<String>,
    /// `APPLICATION_KEY`: sent with the service's requests. Without it, the platform is asked
    /// (`GET /application/currentApplication`).
    pub key: Option<SecretString>,
}

/// Where the platform is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Platform {
    /// `C8Y_BASEURL`: the platform's REST API. Its path always ends in `/`.
    pub base_url: Url,
    /// `C8Y_BASEURL_MQTT`: the platform's MQTT broker.
    pub mqtt_url: Option<String>,
    /// `C8Y_BASEURL_PULSAR`: the platform's Pulsar broker.
    pub pulsar_url: Option<String>,
}

/// How the service learns of its tenants.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Bootstrap {
    /// `C8Y_BOOTSTRAP_TENANT`, `C8Y_BOOTSTRAP_USER`, `C8Y_BOOTSTRAP_PASSWORD`: the bootstrap user,
    /// in the owner tenant; with `register` a user there who may manage applications.
    pub user: Credentials,
    /// `C8Y_MICROSERVICE_ISOLATION`: who shares an instance of the service; `MULTI_TENANT`.
    pub isolation: Isolation,
    /// `C8Y_BOOTSTRAP_REGISTER`: whether the service makes its own application on the platform, and
    /// takes that one's bootstrap user; false. It needs the feature `self-registration`, and
    /// `Microservice::manifest`.
    pub register: bool,
    /// Where the list of tenants comes from.
    pub tenants: TenantSource,
    /// `C8Y_BOOTSTRAP_DELAY`: milliseconds between two reads of the subscriptions; 10000.
    pub delay: Duration,
}

/// Who shares an instance of the service. Displayed as in the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// `MULTI_TENANT`: all subscribed tenants.
    MultiTenant,
    /// `PER_TENANT`: each subscribed tenant has instances of its own.
    PerTenant,
}

/// Where the list of tenants comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TenantSource {
    /// The platform is asked for the subscriptions, again and again:
    /// `C8Y_MICROSERVICE_ISOLATION=MULTI_TENANT`, the default.
    Subscriptions,
    /// The one tenant of `C8Y_TENANT`, `C8Y_USER`, `C8Y_PASSWORD`:
    /// `C8Y_MICROSERVICE_ISOLATION=PER_TENANT`.
    Single(Credentials),
    /// `MICROSERVICE_SUBSCRIPTION_ENABLED=false`: the service has no tenants, and asks for none.
    Disabled,
}

impl Config {
    /// Reads the environment of this process.
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var_os(name))
    }

    /// Reads an environment through `lookup`, which answers the value of a variable. Tests pass a
    /// map here.
    pub fn read(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Self, ConfigError> {
        let mut env = Reader::new(&lookup);
        let config = Self::read_parts(&mut env);
        env.finish(config)
    }

    /// Reads every part before any of them is missed, so that all problems are known at the end.
    fn read_parts(env: &mut Reader<'_>) -> Option<Self> {
        let memory_limit = env.parsed("MEMORY_LIMIT", 256_000_000, values::MEMORY, values::memory);
        let application = Application::read(env);
        let server = Server::read(env, memory_limit);
        let platform = Platform::read(env);
        let http_client = HttpClient::read(env);
        let bootstrap = Bootstrap::read(env);
        let proxies = Proxies::read(env);
        let certificates = Certificates::read(env);
        let fan_out_concurrency = env.number("FAN_OUT_CONCURRENCY", 32, 1..=1024);
        Some(Self {
            application,
            server,
            platform: platform?,
            http_client,
            bootstrap: bootstrap?,
            proxies,
            certificates,
            fan_out_concurrency,
            memory_limit,
        })
    }

    /// The tenant that has the application: the bootstrap user's.
    #[must_use]
    pub fn owner_tenant(&self) -> &TenantId {
        self.bootstrap.user.tenant()
    }
}

impl Application {
    fn read(env: &mut Reader<'_>) -> Self {
        let key = env.secret("APPLICATION_KEY");
        if key.as_ref().is_some_and(|key| secret_header(key).is_none()) {
            env.problem::<()>("APPLICATION_KEY", "has characters that no header may have");
        }
        Self {
            name: env.text("APPLICATION_NAME"),
            key,
        }
    }
}

impl Platform {
    fn read(env: &mut Reader<'_>) -> Option<Self> {
        let base_url = env.required(
            "C8Y_BASEURL",
            "the platform's address, such as http://cumulocity:8111",
        );
        let mqtt_url = env.text("C8Y_BASEURL_MQTT");
        let pulsar_url = env.text("C8Y_BASEURL_PULSAR");
        // A rejected address is not repeated: it may hold a password.
        let base_url = values::base_url(&base_url?)
            .or_else(|| env.problem("C8Y_BASEURL", values::BASE_URL))?;
        Some(Self {
            base_url,
            mqtt_url,
            pulsar_url,
        })
    }
}

impl Bootstrap {
    fn read(env: &mut Reader<'_>) -> Option<Self> {
        let register = env.flag("C8Y_BOOTSTRAP_REGISTER", false);
        if register && !cfg!(feature = "self-registration") {
            env.problem::<()>("C8Y_BOOTSTRAP_REGISTER", NO_REGISTRATION);
        }
        let user = env.credentials(
            "C8Y_BOOTSTRAP_TENANT",
            "C8Y_BOOTSTRAP_USER",
            "C8Y_BOOTSTRAP_PASSWORD",
        );
        let isolation = Isolation::read(env);
        let tenants = TenantSource::read(env, isolation);
        let delay = env.milliseconds("C8Y_BOOTSTRAP_DELAY", 10_000, 1..=3_600_000);
        Some(Self {
            user: user?,
            isolation,
            register,
            tenants: tenants?,
            delay,
        })
    }

    /// Whether there is something to ask the platform for before requests can be answered.
    pub(crate) fn is_needed(&self) -> bool {
        self.register || !matches!(self.tenants, TenantSource::Disabled)
    }
}

impl Isolation {
    fn read(env: &mut Reader<'_>) -> Self {
        let variable = "C8Y_MICROSERVICE_ISOLATION";
        let allowed = "MULTI_TENANT or PER_TENANT";
        let all = [Self::MultiTenant, Self::PerTenant];
        env.parsed(variable, Self::MultiTenant, allowed, |text| {
            all.into_iter().find(|isolation| isolation.as_str() == text)
        })
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MultiTenant => "MULTI_TENANT",
            Self::PerTenant => "PER_TENANT",
        }
    }
}

impl Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TenantSource {
    fn read(env: &mut Reader<'_>, isolation: Isolation) -> Option<Self> {
        let enabled = env.flag("MICROSERVICE_SUBSCRIPTION_ENABLED", true);
        match (enabled, isolation) {
            (false, _) => Some(Self::Disabled),
            (true, Isolation::MultiTenant) => Some(Self::Subscriptions),
            (true, Isolation::PerTenant) => env
                .credentials("C8Y_TENANT", "C8Y_USER", "C8Y_PASSWORD")
                .map(Self::Single),
        }
    }
}

#[cfg(test)]
mod tests;
