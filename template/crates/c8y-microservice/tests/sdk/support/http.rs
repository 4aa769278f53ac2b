//! HTTP as a caller of the service speaks it.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local_platform::{ADMIN, PASSWORD};
use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;

/// Who sends a request.
#[derive(Debug, Clone)]
pub(crate) struct User {
    /// As in the header: `tenant/user`, or the user alone.
    pub(crate) login: String,
    pub(crate) password: String,
}

/// A whole answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl User {
    pub(crate) fn new(login: &str, password: &str) -> Self {
        Self {
            login: login.to_owned(),
            password: password.to_owned(),
        }
    }

    /// The user with all roles in a tenant of the local platform.
    pub(crate) fn admin_of(tenant: &str) -> Self {
        Self::new(&format!("{tenant}/{ADMIN}"), PASSWORD)
    }

    /// The header, for what no HTTP client sends.
    pub(crate) fn authorization(&self) -> String {
        let login = STANDARD.encode(format!("{}:{}", self.login, self.password));
        format!("authorization: Basic {login}")
    }

    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        request.basic_auth(&self.login, Some(&self.password))
    }
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The body as JSON, of an answer that has to have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:#?}");
        self.json()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .unwrap_or_else(|| panic!("no {name}: {self:#?}"))
            .to_str()
            .unwrap()
    }
}

/// A client for plain HTTP. The workspace's reqwest is built with TLS and would want a crypto
/// provider and the machine's certificates for it.
pub(crate) fn client() -> Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

pub(crate) async fn send(request: RequestBuilder) -> Reply {
    let answer = request.send().await.unwrap();
    Reply {
        status: answer.status(),
        headers: answer.headers().clone(),
        text: answer.text().await.unwrap(),
    }
}

pub(crate) async fn get(url: &str) -> Reply {
    send(client().request(Method::GET, url)).await
}

/// An answer as the platform gives it: nothing beside `error`, `message` and `info`.
#[track_caller]
pub(crate) fn assert_error_form(reply: &Reply, status: u16, error: &str) {
    let body = reply.expect(status);
    let fields: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["error", "info", "message"], "{reply:#?}");
    assert_eq!(body["error"], error, "{reply:#?}");
    assert_eq!(reply.header("content-type"), "application/json");
}

/// All that an error says.
pub(crate) fn chain(error: &dyn Error) -> String {
    let cause = error.source();
    cause.map_or_else(
        || error.to_string(),
        |cause| format!("{error}: {}", chain(cause)),
    )
}
