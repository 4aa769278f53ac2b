//! A local platform with the service of `template` deployed on it, and ways to talk to both.

use local_platform::{DeployError, LocalPlatform, OWNER, RunningService, Service};
use reliability::repository;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::program::service_program;
use super::secrets::{self, End, Seen, Watch};
use super::{Answer, answer, http_client};

/// What a stage consists of.
pub(crate) struct Plan {
    tenants: usize,
    replicas: usize,
    service: Service,
}

/// When it ends, everything that the service has shown is searched for secrets: see
/// [`super::secrets`].
pub(crate) struct Stage {
    // Fields are dropped in their order.
    _end: End,
    pub(crate) service: RunningService,
    pub(crate) platform: LocalPlatform,
    pub(crate) http: Client,
    _watch: Watch,
}

impl Plan {
    /// The service in one instance, for so many subscribed tenants, the owner being one of them. It
    /// reads the subscriptions every 100 ms, stops at once, and logs all that it can.
    pub(crate) fn tenants(number: usize) -> Self {
        Self::with(number, Service::new(service_program()))
    }

    /// As [`Self::tenants`], with a way of one's own to run the program.
    pub(crate) fn with(number: usize, service: Service) -> Self {
        let service = service
            .env("C8Y_BOOTSTRAP_DELAY", "100")
            .env("SHUTDOWN_DELAY", "0")
            // On a busy machine it is the callers here that are late.
            .env("REQUEST_HEAD_TIMEOUT", "60000")
            .env("SERVER_KEEP_ALIVE", "60000")
            .env("RUST_LOG", "trace");
        Self {
            tenants: number,
            replicas: 1,
            service,
        }
    }

    /// Sets a variable of the service.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.service = self.service.env(name, value);
        self
    }

    /// The service logs what it does by default: for tests of load, and of memory.
    pub(crate) fn quiet(self) -> Self {
        self.env("RUST_LOG", "")
    }

    pub(crate) fn replicas(mut self, number: usize) -> Self {
        self.replicas = number;
        self
    }

    /// The platform, without a service.
    pub(crate) fn platform(&self) -> LocalPlatform {
        let builder = LocalPlatform::builder().nearest_manifest(repository());
        let builder = builder.unwrap_or_else(|error| panic!("{error}"));
        let platform = builder
            .further_tenants(self.tenants - 1)
            .replicas(self.replicas)
            .administrator(secrets::USER, &secrets::PASSWORD)
            .bootstrap_password(&secrets::BOOTSTRAP_PASSWORD)
            .start();
        let platform = platform.unwrap_or_else(|error| panic!("{error}"));
        secrets::know(&platform);
        platform
    }

    /// All of it, once the service is ready.
    pub(crate) fn start(self) -> Stage {
        self.start_with(LocalPlatform::deploy)
    }

    /// All of it, whether or not the service gets ready.
    pub(crate) fn launch(self) -> Stage {
        self.start_with(LocalPlatform::launch)
    }

    fn start_with(
        self,
        start: impl FnOnce(&LocalPlatform, Service) -> Result<RunningService, DeployError>,
    ) -> Stage {
        let platform = self.platform();
        self.start_on(platform, start)
    }

    /// The service, on a platform of this plan's.
    pub(crate) fn deploy_on(self, platform: LocalPlatform) -> Stage {
        self.start_on(platform, LocalPlatform::deploy)
    }

    fn start_on(
        self,
        platform: LocalPlatform,
        start: impl FnOnce(&LocalPlatform, Service) -> Result<RunningService, DeployError>,
    ) -> Stage {
        let seen = Seen::of(&platform);
        let lines = seen.clone();
        let service = self.service.on_line(move |line| lines.add(line));
        let service = start(&platform, service);
        let service = service.unwrap_or_else(|error| panic!("{error}"));
        Stage {
            _end: End::new(service.instances(), &seen),
            service,
            platform,
            http: http_client(),
            _watch: Watch::new(seen),
        }
    }
}

impl Stage {
    /// A request to the first instance itself, past the gateway, as a tenant's administrator.
    pub(crate) fn direct(&self, tenant: &str, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.service.url());
        as_admin(self.http.request(method, url), tenant)
    }

    /// A request to the service through the gateway, as a tenant's administrator.
    pub(crate) fn through_gateway(
        &self,
        tenant: &str,
        method: Method,
        path: &str,
    ) -> RequestBuilder {
        let url = format!("{}{path}", self.platform.service_url());
        as_admin(self.http.request(method, url), tenant)
    }

    /// A request to the platform itself, as a tenant's administrator.
    pub(crate) fn of_platform(&self, tenant: &str, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.platform.url());
        as_admin(self.http.request(method, url), tenant)
    }

    /// `POST /createAlarms` with alarms of a type, past the gateway, as a user of the owner.
    pub(crate) fn create_alarms(&self, kind: &str) -> RequestBuilder {
        let request = self.direct(OWNER, Method::POST, "/createAlarms");
        request.json(&json!({ "type": kind }))
    }

    /// The alarms of a type in a tenant.
    pub(crate) async fn alarms(&self, tenant: &str, kind: &str) -> Vec<Value> {
        let path = format!("/alarm/alarms?type={kind}&pageSize=100");
        let list = self
            .done(self.of_platform(tenant, Method::GET, &path))
            .await;
        list["alarms"].as_array().expect("a list of alarms").clone()
    }

    pub(crate) async fn subscribe(&self, tenant: &str) {
        let path = format!("/tenant/tenants/{tenant}/applications");
        let body = json!({ "application": { "id": self.platform.application_id() } });
        let request = self.of_platform(OWNER, Method::POST, &path).json(&body);
        self.done(request).await;
    }

    pub(crate) async fn unsubscribe(&self, tenant: &str) {
        let id = self.platform.application_id();
        let path = format!("/tenant/tenants/{tenant}/applications/{id}");
        self.done(self.of_platform(OWNER, Method::DELETE, &path))
            .await;
    }

    /// Sends a request, which succeeds.
    pub(crate) async fn done(&self, request: RequestBuilder) -> Value {
        let Answer { status, body, .. } = answer(request).await;
        assert!(status.is_success(), "{status}: {body}");
        body
    }
}

fn as_admin(request: RequestBuilder, tenant: &str) -> RequestBuilder {
    let user = format!("{tenant}/{}", secrets::USER);
    request.basic_auth(user, Some(secrets::PASSWORD.as_str()))
}
