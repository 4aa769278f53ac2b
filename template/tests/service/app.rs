//! A local platform with the service deployed on it, and ways to talk to both.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use local_platform::{Isolation, LocalPlatform, RunningService, Service};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

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

    /// A request to the service itself, without the gateway and without credentials.
    pub async fn service(&self, method: Method, path: &str) -> Answer {
        let url = format!("{}{path}", self.service.url());
        answer(self.http.request(method, url)).await
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
