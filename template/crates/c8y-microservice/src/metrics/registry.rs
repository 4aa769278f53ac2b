//! All numbers of a service, and the endpoint that shows them.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use http::Uri;
use prometheus::core::Collector;
use prometheus::{IntGaugeVec, Opts, Registry, TextEncoder};

use super::PATH;
use super::bootstrap::BootstrapNumbers;
use super::requests::{Requests, Served};
use super::upstream::{Asked, Upstream};
use crate::config::Bootstrap;
use crate::health::{self, Health};
use crate::inbound::{ApiError, given};
use crate::microservice::SDK;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The numbers that `GET /metrics` shows, for Prometheus. A service can add its own; see
/// [`Microservice::metrics`](crate::Microservice::metrics).
///
/// The endpoint is open to everyone, as are the health endpoints, and answers in Prometheus' text
/// form (0.0.4). No label has a tenant, a user, or a part of a URL that a caller chooses, so the
/// number of series stays what the service's routes make it.
///
/// | name | labels | what it is |
/// |---|---|---|
/// | `http_server_requests_total` | `method`, `route`, `status` | requests that were answered; `status` is a class such as `2xx`, `route` the pattern of the route or `unknown` |
/// | `http_server_request_duration_seconds` | `method`, `route` | how long the answers took: a histogram |
/// | `http_server_requests_in_flight` | | requests that are being served |
/// | `c8y_requests_total` | `api`, `outcome` | requests to the platform; `outcome` is a class such as `2xx`, `unreachable`, `no_answer`, or `given_up` where the service stopped waiting |
/// | `c8y_subscribed_tenants` | | subscribed tenants, as of the last successful read |
/// | `c8y_subscriptions_age_seconds` | | time since the last successful read; absent before the first, and where the tenants never change |
/// | `c8y_subscriptions_failures_total` | | reads that failed |
/// | `c8y_microservice_info` | `version`, `sdk`, `isolation` | always 1 |
///
/// `api` is one of `alarm`, `application`, `event`, `identity`, `inventory`, `measurement`, `service`,
/// `tenant`, `user`, and `other`.
///
/// An endpoint can ask for it in its signature. Clones are cheap and are the same numbers.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    info: IntGaugeVec,
    requests: Requests,
    upstream: Upstream,
}

impl Metrics {
    pub(crate) fn new(health: &Health, bootstrap: &Bootstrap) -> Self {
        let registry = Registry::new();
        let info = Opts::new("c8y_microservice_info", "What this instance is; always 1");
        let info = IntGaugeVec::new(info, &["version", "sdk", "isolation"]);
        let info = registered(&registry, info);
        let requests = Requests::new(&registry);
        let upstream = Upstream::new(&registry);
        let numbers = BootstrapNumbers::new(health.clone(), &bootstrap.tenants);
        registered(&registry, numbers);
        Self(Arc::new(Inner {
            registry,
            info,
            requests,
            upstream,
        }))
    }

    /// Where a service registers metrics of its own. They need names that the SDK does not use
    /// (it begins its own with `c8y_` and `http_server_`), and labels whose values are few: not a
    /// tenant, a user or an ID.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// Says what runs: the service's own version, if it is known, and the rest.
    pub(crate) fn describe(&self, version: Option<&str>, bootstrap: &Bootstrap) {
        let version = version.unwrap_or("unknown");
        let labels = [version, SDK, bootstrap.isolation.as_str()];
        self.0.info.with_label_values(&labels).set(1);
    }

    /// Adds the endpoint, and the numbers themselves.
    pub(crate) fn routes(&self, app: &mut ServiceConfig) {
        app.app_data(self.clone())
            .service(health::open(PATH).get(show));
    }

    pub(crate) fn served(request: &ServiceRequest) -> Option<Served> {
        let metrics = request.app_data::<Self>()?;
        Some(metrics.0.requests.served(request))
    }

    pub(crate) fn asked(&self, base: &str, uri: &Uri) -> Asked {
        self.0.upstream.asked(base, uri)
    }
}

impl FromRequest for Metrics {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(given(request).cloned())
    }
}

async fn show(metrics: Metrics) -> Result<HttpResponse, ApiError> {
    let families = metrics.registry().gather();
    let text = TextEncoder::new().encode_to_string(&families);
    let text = text.map_err(|error| ApiError::internal(format!("metrics: {error}")))?;
    Ok(HttpResponse::Ok().content_type(CONTENT_TYPE).body(text))
}

/// A metric of the SDK, registered before the service can register any.
pub(super) fn registered<C>(registry: &Registry, metric: prometheus::Result<C>) -> C
where
    C: Collector + Clone + 'static,
{
    let metric = metric.expect("the SDK's metrics have valid names and labels");
    registry
        .register(Box::new(metric.clone()))
        .expect("the SDK's metrics have names of their own");
    metric
}
