//! A Cumulocity platform, as one of its users reaches it over HTTP.

mod answer;
mod applications;
mod error;
mod instances;
mod step;
mod subscriptions;
mod upload;

use std::cell::OnceCell;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use secrecy::ExposeSecret;
use serde_json::Value;
use ureq::http::{Request, request};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy, SendBody};

use super::account::{Account, Credentials};
use super::address::Address;
use answer::Answer;
use step::Step;

pub(super) use applications::Application;
pub(super) use error::CallError;
pub(super) use instances::Instances;
pub(super) use upload::Upload;

const CONNECT: Duration = Duration::from_secs(20);
/// How long either side may take to go on. The whole has no limit: 500 MB on a slow line take their
/// time.
const IDLE: Duration = Duration::from_mins(1);
/// How long the platform may take to answer an upload: it unpacks it first.
const UPLOADED: Duration = Duration::from_mins(10);

/// A platform and the user who calls it.
pub(super) struct Platform {
    agent: Agent,
    address: Address,
    credentials: Credentials,
    tenant: OnceCell<String>,
}

impl Platform {
    pub(super) fn new(account: Account) -> Self {
        Self {
            agent: agent(&account.address),
            address: account.address,
            credentials: account.credentials,
            tenant: account.tenant.map_or_else(OnceCell::new, OnceCell::from),
        }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// The tenant to work on: the one that was named, else the user's own.
    pub(super) fn tenant(&self) -> Result<&str, CallError> {
        if let Some(tenant) = self.tenant.get() {
            return Ok(tenant);
        }
        let step = Step::new("find out the user's tenant").role("ROLE_USER_MANAGEMENT_OWN_READ");
        let answer = self.call(step, "GET", "/tenant/currentTenant", None)?;
        let tenant: answer::Tenant = answer.read()?;
        Ok(self.tenant.get_or_init(|| tenant.name))
    }

    /// The user's tenant, whose applications the user works with.
    fn own_tenant(&self) -> Result<&str, CallError> {
        let named = self.credentials.tenant.as_deref();
        named.map_or_else(|| self.tenant(), Ok)
    }

    /// The same platform for another user.
    fn as_user(&self, credentials: Credentials) -> Self {
        Self {
            agent: self.agent.clone(),
            address: self.address.clone(),
            credentials,
            tenant: OnceCell::new(),
        }
    }

    /// One request, with a JSON body or none.
    fn call(
        &self,
        step: Step,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, CallError> {
        let request = self.request(method, path);
        let Some(body) = body else {
            return self.send(step, request, SendBody::none());
        };
        let text = body.to_string();
        let request = request
            .header("content-type", "application/json")
            .header("content-length", text.len());
        let mut text = text.as_bytes();
        self.send(step, request, SendBody::from_reader(&mut text))
    }

    fn request(&self, method: &str, path: &str) -> request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header("accept", "application/json")
            .header("authorization", self.authorization())
    }

    fn authorization(&self) -> String {
        let Credentials {
            tenant,
            user,
            password,
        } = &self.credentials;
        let tenant = tenant
            .as_ref()
            .map_or_else(String::new, |it| format!("{it}/"));
        let plain = format!("{tenant}{user}:{}", password.expose_secret());
        format!("Basic {}", STANDARD.encode(plain))
    }

    fn send(
        &self,
        step: Step,
        request: request::Builder,
        body: SendBody<'_>,
    ) -> Result<Answer, CallError> {
        let request = request.body(body).map_err(ureq::Error::from);
        let answered = request.and_then(|request| self.agent.run(request));
        Answer::new(self, step, answered)
    }
}

/// Redirects are not followed: the password is for the address that it was given for.
fn agent(address: &Address) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
    let proxy = Proxy::try_from_env().filter(|_| !address.is_local());
    let config = Agent::config_builder()
        .tls_config(tls.build())
        .proxy(proxy)
        .user_agent(concat!("microservice/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_per_read(Some(IDLE))
        .timeout_per_write(Some(IDLE));
    config.build().into()
}

/// A text as a part of a path or a query.
fn encoded(text: &str) -> PercentEncode<'_> {
    const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, PLAIN)
}
