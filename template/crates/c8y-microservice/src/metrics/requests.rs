//! Requests that arrive.

use std::time::Instant;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, exponential_buckets,
};

use super::labels::{UNKNOWN, method, status_class};
use super::registry::registered;

#[derive(Debug)]
pub(super) struct Requests {
    answered: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
}

/// A request that is being served.
pub(crate) struct Served {
    method: &'static str,
    route: String,
    started: Instant,
    answered: IntCounterVec,
    durations: HistogramVec,
    _in_flight: InFlight,
}

/// Counts while it lives: a request that panics comes to its end, too.
struct InFlight(IntGauge);

impl Requests {
    pub(super) fn new(registry: &Registry) -> Self {
        let answered = Opts::new("http_server_requests_total", "Requests that were answered");
        let labels = &["method", "route", "status"];
        let answered = IntCounterVec::new(answered, labels);
        // 5 ms to 82 s, so that the longest request of the default limit has a bucket.
        let buckets = exponential_buckets(0.005, 2.0, 15);
        let buckets = buckets.expect("the buckets begin above zero and grow");
        let durations = HistogramOpts::new(
            "http_server_request_duration_seconds",
            "Time from a request to its answer",
        );
        let durations = HistogramVec::new(durations.buckets(buckets), &["method", "route"]);
        let in_flight = IntGauge::new(
            "http_server_requests_in_flight",
            "Requests that are being served",
        );
        Self {
            answered: registered(registry, answered),
            durations: registered(registry, durations),
            in_flight: registered(registry, in_flight),
        }
    }

    pub(super) fn served(&self, request: &ServiceRequest) -> Served {
        Served {
            method: method(request.method()),
            // Known before the request is routed, and also of one that is ended on its way.
            route: request.match_pattern().unwrap_or_else(|| UNKNOWN.into()),
            started: Instant::now(),
            answered: self.answered.clone(),
            durations: self.durations.clone(),
            _in_flight: InFlight::begin(&self.in_flight),
        }
    }
}

impl Served {
    pub(crate) fn answered(self, status: StatusCode) {
        let (method, route) = (self.method, self.route.as_str());
        let status = status_class(status.as_u16());
        self.answered
            .with_label_values(&[method, route, status])
            .inc();
        self.durations
            .with_label_values(&[method, route])
            .observe(self.started.elapsed().as_secs_f64());
    }
}

impl InFlight {
    fn begin(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}
