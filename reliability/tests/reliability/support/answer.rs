//! Requests that are answered.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;

use super::secrets::{self, Search};

/// The status, the headers and the body of an answer; a body that is not JSON is a text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

pub(crate) fn http_client() -> Client {
    // The SDK's features give all of the workspace's clients TLS, for which the SDK chooses the
    // implementation at its start; a test has no such start.
    rustls::crypto::ring::default_provider()
        .install_default()
        .ok();
    Client::builder()
        .no_proxy()
        // Sooner than servers close them: a request that is sent just then is lost.
        .pool_idle_timeout(Duration::from_secs(1))
        .build()
        .expect("an HTTP client")
}

/// Sends a request, which is answered.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    try_answer(request).await.expect("an answer")
}

/// Sends a request whose credentials nothing and nobody may show from then on, the answer included.
pub(crate) async fn try_answer(request: RequestBuilder) -> reqwest::Result<Answer> {
    let (client, request) = request.build_split();
    let request = request?;
    let url = request.url().clone();
    let sent = secrets::note_credentials(request.headers());
    let response = client.execute(request).await?;
    let status = response.status();
    let headers = response.headers().clone();
    let text = response.text().await?;
    let shown = format!("{headers:?} {text}");
    let echoed = Search::for_credentials(&sent).find(&shown);
    assert!(echoed.is_empty(), "{url} echoes credentials: {echoed:#?}");
    secrets::answered(&url, &shown);
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Ok(Answer {
        status,
        headers,
        body,
    })
}

impl Answer {
    /// What a fan-out says of each tenant.
    pub(crate) fn reports(&self) -> &[Value] {
        let reports = self.body["tenants"].as_array();
        reports.unwrap_or_else(|| panic!("no list of tenants: {self:?}"))
    }
}
