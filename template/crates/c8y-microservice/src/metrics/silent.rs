//! No numbers: the feature `metrics` is off. What is called is the same.

#![expect(clippy::unused_self, reason = "with the feature it is used")]

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::web::ServiceConfig;
use http::Uri;

use crate::config::Bootstrap;
use crate::health::Health;
use crate::platform::{PlatformError, Response};

#[derive(Debug, Clone)]
pub(crate) struct Metrics;

pub(crate) struct Served;

pub(crate) struct Asked;

impl Metrics {
    pub(crate) fn new(_: &Health, _: &Bootstrap) -> Self {
        Self
    }

    pub(crate) fn describe(&self, _version: Option<&str>, _: &Bootstrap) {}

    pub(crate) fn routes(&self, _: &mut ServiceConfig) {}

    pub(crate) fn served(_: &ServiceRequest) -> Option<Served> {
        None
    }

    pub(crate) fn asked(&self, _base: &str, _uri: &Uri) -> Asked {
        Asked
    }
}

impl Served {
    pub(crate) fn answered(self, _: StatusCode) {}
}

impl Asked {
    pub(crate) fn answered(self, _: &Result<Response, PlatformError>) {}
}
