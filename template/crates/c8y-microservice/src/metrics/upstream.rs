//! Requests to the platform.

use http::Uri;
use prometheus::{IntCounterVec, Opts, Registry};

use super::labels::{api, status_class};
use super::registry::registered;
use crate::platform::{PlatformError, Response};

#[derive(Debug)]
pub(super) struct Upstream(IntCounterVec);

/// A request that the platform has been asked. It counts when it ends: with its answer, or without,
/// where nobody waits for it any more.
pub(crate) struct Asked {
    api: &'static str,
    outcome: &'static str,
    ended: IntCounterVec,
}

impl Upstream {
    pub(super) fn new(registry: &Registry) -> Self {
        let ended = Opts::new("c8y_requests_total", "Requests to the platform");
        let ended = IntCounterVec::new(ended, &["api", "outcome"]);
        Self(registered(registry, ended))
    }

    pub(super) fn asked(&self, base: &str, uri: &Uri) -> Asked {
        Asked {
            api: api(base, uri.path()),
            outcome: "given_up",
            ended: self.0.clone(),
        }
    }
}

impl Asked {
    pub(crate) fn answered(mut self, result: &Result<Response, PlatformError>) {
        self.outcome = outcome(result);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let labels = [self.api, self.outcome];
        self.ended.with_label_values(&labels).inc();
    }
}

fn outcome(result: &Result<Response, PlatformError>) -> &'static str {
    let error = match result {
        Ok(response) => return status_class(response.status().as_u16()),
        Err(error) => error,
    };
    match (error.status(), error) {
        (Some(status), _) => status_class(status.as_u16()),
        (None, PlatformError::Unreachable(_)) => "unreachable",
        (None, _) => "no_answer",
    }
}
