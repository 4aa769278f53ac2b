//! Whether the service lives, and whether it can be given requests.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health/liveness` | 200 as long as the process answers. Asks nobody. |
//! | `GET /health/readiness` | 200, or 503 with the reasons: no bootstrap yet, or stopping. |
//! | `GET /health` | The same statuses, with details of what is checked. |
//!
//! All three are open to everyone, and name no tenant.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(feature = "metrics")]
use std::time::Duration;

use actix_web::guard::fn_guard;
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{HttpResponse, Resource, Responder};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::config;
use crate::metrics;
use crate::platform::time;

/// The endpoints of health, open to everyone.
const PATHS: [&str; 3] = ["/health", "/health/liveness", "/health/readiness"];

/// Whether a path is one of those that are open to everyone, and asked for again and again.
pub(crate) fn is_open(path: &str) -> bool {
    PATHS.contains(&path) || metrics::is_open(path)
}

/// An endpoint that is open to everyone, at this path as it is written: encoded in another way it is
/// one of those that only a verified caller reaches, and not found.
pub(crate) fn open(path: &'static str) -> Resource {
    let as_written = fn_guard(move |context| context.head().uri.path() == path);
    resource(path).guard(as_written)
}

/// What the service knows of its own state. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Health(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    bootstrap: Bootstrap,
}

#[derive(Debug, Default)]
struct Bootstrap {
    not_needed: bool,
    last_success: Option<(DateTime<Utc>, usize)>,
    failure: Option<String>,
    failures: u64,
}

/// Bootstrap in numbers.
#[cfg(feature = "metrics")]
pub(crate) struct Readings {
    /// How long ago it succeeded last, and the number of tenants.
    pub(crate) last_success: Option<(Duration, usize)>,
    /// How often it failed.
    pub(crate) failures: u64,
}

impl Health {
    /// The state at the start. Without subscriptions there is no bootstrap to wait for, unless the
    /// service registers itself.
    pub(crate) fn new(bootstrap: &config::Bootstrap) -> Self {
        let health = Self::default();
        health.state().bootstrap.not_needed = !bootstrap.is_needed();
        health
    }

    /// Adds the three endpoints.
    pub(crate) fn routes(&self, app: &mut ServiceConfig) {
        let [all, alive, ready] = PATHS;
        app.app_data(Data::new(self.clone()))
            .service(open(all).get(details))
            .service(open(alive).get(liveness))
            .service(open(ready).get(readiness));
    }

    /// Takes the result of a bootstrap, with the number of tenants, or with the failure in words
    /// that everyone may read. Answers whether the state is another one now.
    pub(crate) fn record_bootstrap(&self, result: Result<usize, &str>) -> bool {
        let bootstrap = &mut self.state().bootstrap;
        let first = bootstrap.last_success.is_none() && bootstrap.failure.is_none();
        let was_failing = bootstrap.failure.is_some();
        match result {
            Ok(tenants) => {
                bootstrap.last_success = Some((Utc::now(), tenants));
                bootstrap.failure = None;
            }
            Err(summary) => {
                bootstrap.failure = Some(summary.to_owned());
                bootstrap.failures += 1;
            }
        }
        first || was_failing != result.is_err()
    }

    #[cfg(feature = "metrics")]
    pub(crate) fn readings(&self) -> Readings {
        let bootstrap = &self.state().bootstrap;
        // Of a clock that was set back there is no age.
        let age = |at: DateTime<Utc>| (Utc::now() - at).to_std().unwrap_or_default();
        Readings {
            last_success: bootstrap.last_success.map(|(at, number)| (age(at), number)),
            failures: bootstrap.failures,
        }
    }

    /// Readiness goes down, for good.
    pub(crate) fn stop(&self) {
        self.state().stopping = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Why the service is not ready; empty if it is.
    fn reasons(&self) -> Vec<String> {
        let stopping = self.stopping.then(|| "the service is stopping".to_owned());
        stopping
            .into_iter()
            .chain(self.bootstrap.reason())
            .collect()
    }
}

impl Bootstrap {
    fn is_ready(&self) -> bool {
        self.not_needed || self.last_success.is_some()
    }

    fn reason(&self) -> Option<String> {
        let cause = self
            .failure
            .as_deref()
            .unwrap_or("the platform is being asked");
        (!self.is_ready()).then(|| format!("bootstrap has not succeeded yet: {cause}"))
    }

    fn details(&self) -> Value {
        let time = |at: DateTime<Utc>| time::text(at.fixed_offset());
        json!({
            "needed": !self.not_needed,
            "subscribedTenants": self.last_success.map(|(_, tenants)| tenants),
            "lastSuccess": self.last_success.map(|(at, _)| time(at)),
            "failure": self.failure,
        })
    }
}

async fn liveness() -> impl Responder {
    HttpResponse::Ok().json(json!({ "status": "UP" }))
}

async fn readiness(health: Data<Health>) -> impl Responder {
    let reasons = health.state().reasons();
    answer(reasons.is_empty(), json!({ "reasons": reasons }))
}

async fn details(health: Data<Health>) -> impl Responder {
    let state = health.state();
    let bootstrap = json!({
        "status": status(state.bootstrap.is_ready()),
        "details": state.bootstrap.details(),
    });
    let server = json!({ "status": status(!state.stopping) });
    let ready = state.reasons().is_empty();
    answer(
        ready,
        json!({ "components": { "bootstrap": bootstrap, "server": server } }),
    )
}

fn status(up: bool) -> &'static str {
    if up { "UP" } else { "DOWN" }
}

fn answer(up: bool, mut body: Value) -> HttpResponse {
    body["status"] = status(up).into();
    let mut response = if up {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(body)
}
