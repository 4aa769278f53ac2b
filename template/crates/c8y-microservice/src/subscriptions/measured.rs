//! The list of tenants with no service and no platform around it, for this repository's
//! micro-benchmarks. No part of the API: it may change at any time.

use std::ffi::OsString;
use std::sync::Arc;

use actix_web::web::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use super::{Handlers, Observers, Subscriptions, Tenants};
use crate::application::{Application, SubscriptionList};
use crate::background::BackgroundRuntime;
use crate::config::Config;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::platform::Response;
use crate::platform::transport::Transport;

const ENVIRONMENT: [(&str, &str); 6] = [
    ("APPLICATION_KEY", "key"),
    ("C8Y_BASEURL", "http://127.0.0.1:9"),
    ("C8Y_BOOTSTRAP_TENANT", "t100"),
    ("C8Y_BOOTSTRAP_USER", "servicebootstrap"),
    ("C8Y_BOOTSTRAP_PASSWORD", "password"),
    ("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT"),
];

/// Subscriptions that are told what the platform answers.
pub struct MeasuredSubscriptions {
    subscriptions: Subscriptions,
    _runtime: BackgroundRuntime,
}

impl MeasuredSubscriptions {
    /// Those of a service that has had this answer of `GET
    /// /application/currentApplication/subscriptions`.
    #[expect(clippy::missing_panics_doc, reason = "for benchmarks alone")]
    #[must_use]
    pub fn new(answer: &[u8]) -> Self {
        let value = |name: &str| ENVIRONMENT.iter().find(|(known, _)| *known == name);
        let config = Config::read(|name| value(name).map(|(_, value)| OsString::from(value)));
        let config = config.expect("a configuration");
        let runtime = BackgroundRuntime::start().expect("a runtime");
        let background = runtime.handle();
        let metrics = Metrics::new(&Health::new(&config.bootstrap), &config.bootstrap);
        let transport = Transport::new(&config, background.clone(), metrics).expect("a client");
        let application = Arc::new(Application::new(&config, transport));
        let observers = Observers::new(Handlers::default(), background.clone(), 1);
        let new = Self {
            subscriptions: Subscriptions::new(application, &config, observers, background),
            _runtime: runtime,
        };
        new.poll(answer);
        new
    }

    /// Does with an answer what a poll does.
    #[expect(clippy::missing_panics_doc, reason = "for benchmarks alone")]
    pub fn poll(&self, answer: &[u8]) {
        let answer = Bytes::copy_from_slice(answer);
        let list = SubscriptionList(Response::new(StatusCode::OK, HeaderMap::new(), answer));
        let users = list.users().expect("a list of users");
        self.subscriptions.0.apply(users);
    }

    /// The list.
    #[expect(clippy::missing_panics_doc, reason = "for benchmarks alone")]
    #[must_use]
    pub fn tenants(&self) -> Tenants {
        self.subscriptions.tenants().expect("it has been read")
    }
}
