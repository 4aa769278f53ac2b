//! A local platform with the service deployed on it, and ways to talk to both.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use local_platform::{ADMIN, Isolation, LocalPlatform, PASSWORD, RunningService, Service};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// How long anything that a test waits for may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct App {
    pub platform: LocalPlatform,
    pub service: RunningService,
    pub http: Client,
}

/// The status and the body of an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl App {
    /// Four tenants, served by one instance.
    pub fn start() -> Self {
        Self::start_with(Isolation::MultiTenant, service())
    }

    pub fn start_with(isolation: Isolation, service: Service) -> Self {
        let platform = platform(isolation, 0);
        let service = platform
            .deploy(service)
            .unwrap_or_else(|error| panic!("{error}"));
        Self {
            platform,
            service,
            http: http_client(),
        }
    }

    /// `POST /createAlarms` through the gateway, as a user of the owner tenant.
    pub async fn create_alarms(&self, body: &Value) -> Answer {
        let url = format!("{}/createAlarms", self.platform.service_url());
        let request = self.http.post(url).basic_auth("t100/admin", Some(PASSWORD));
        answer(request.json(body)).await
    }

    /// A request to the service itself, without the gateway and without credentials.
    pub async fn service(&self, method: Method, path: &str) -> Answer {
        let url = format!("{}{path}", self.service.url());
        answer(self.http.request(method, url)).await
    }

    /// A request to the platform as a tenant's administrator, which succeeds.
    pub async fn platform(&self, tenant: &str, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.platform.url());
        let request = self.http.request(method.clone(), url);
        let request = request.basic_auth(format!("{tenant}/{ADMIN}"), Some(PASSWORD));
        let answer = answer(request.json(&body)).await;
        let outcome = format!("{method} {path} as {tenant}: {answer:?}");
        assert!(answer.status.is_success(), "{outcome}");
        answer.body
    }

    pub async fn get(&self, tenant: &str, path: &str) -> Value {
        self.platform(tenant, Method::GET, path, Value::Null).await
    }

    /// All alarms of a tenant.
    pub async fn alarms(&self, tenant: &str) -> Vec<Value> {
        let list = self.get(tenant, "/alarm/alarms?pageSize=100").await;
        list["alarms"].as_array().expect("a list of alarms").clone()
    }

    /// The managed objects that the service made in a tenant.
    pub async fn sources(&self, tenant: &str) -> Vec<Value> {
        let path = "/inventory/managedObjects?type=c8y_Microservice&pageSize=100";
        let list = self.get(tenant, path).await;
        list["managedObjects"].as_array().expect("a list").clone()
    }

    pub async fn subscribe(&self, tenant: &str) {
        let path = format!("/tenant/tenants/{tenant}/applications");
        let body = json!({ "application": { "id": self.platform.application_id() } });
        self.platform("t100", Method::POST, &path, body).await;
    }

    pub async fn unsubscribe(&self, tenant: &str) {
        let id = self.platform.application_id();
        let path = format!("/tenant/tenants/{tenant}/applications/{id}");
        self.platform("t100", Method::DELETE, &path, Value::Null)
            .await;
    }
}

impl Answer {
    /// The tenants with this outcome.
    pub fn tenants(&self, outcome: &str) -> Vec<&str> {
        let all = self.body["tenants"].as_array().into_iter().flatten();
        all.filter(|report| report["outcome"] == outcome)
            .map(|report| report["tenant"].as_str().expect("a tenant"))
            .collect()
    }

    /// The outcome of a tenant.
    pub fn report(&self, tenant: &str) -> &Value {
        let all = self.body["tenants"].as_array().into_iter().flatten();
        let mut of_tenant = all.filter(|report| report["tenant"] == tenant);
        of_tenant
            .next()
            .unwrap_or_else(|| panic!("{tenant} is not in {self:?}"))
    }
}

/// The service that is tested. It stops at once, because nobody has to see that it is about to.
pub fn service() -> Service {
    Service::new(env!("CARGO_BIN_EXE_service")).env("SHUTDOWN_DELAY", "0")
}

/// A platform with the project's own manifest but this isolation, on this port, or any if it is 0.
pub fn platform(isolation: Isolation, port: u16) -> LocalPlatform {
    let folder = env!("CARGO_MANIFEST_DIR");
    let builder = LocalPlatform::builder().nearest_manifest(folder);
    let builder = builder.unwrap_or_else(|error| panic!("{error}"));
    let platform = builder.isolation(isolation).port(port).start();
    platform.unwrap_or_else(|error| panic!("{error}"))
}

pub fn http_client() -> Client {
    // The SDK's features give all of the project's clients TLS, for which the SDK chooses the
    // implementation at its start; a test has no such start.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    Client::new()
}

/// Sends a request, which is answered.
pub async fn answer(request: RequestBuilder) -> Answer {
    try_answer(request).await.expect("an answer")
}

pub async fn try_answer(request: RequestBuilder) -> reqwest::Result<Answer> {
    let response = request.send().await?;
    let status = response.status();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer { status, body })
}

/// Tries until `attempt` gives what `is_done` accepts, and fails with what it saw last.
pub async fn eventually<T: Debug>(
    what: &str,
    mut attempt: impl AsyncFnMut() -> T,
    is_done: impl Fn(&T) -> bool,
) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let seen = attempt().await;
        if is_done(&seen) {
            return seen;
        }
        assert!(
            Instant::now() < deadline,
            "not seen: {what}; last: {seen:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
