//! HTTP to the platform: where requests go, how long they may take, and what becomes of their
//! answers.

use std::time::Duration;

use actix_web::web::{Bytes, BytesMut};
use reqwest::header::HeaderName;
use reqwest::{Client, Url};

use super::places::Places;
use super::{Budget, PlatformError, Response};
use crate::background::Background;
use crate::config::Config;
use crate::memory::Share;
use crate::metrics::Metrics;
use crate::outbound::{self, Target};

/// A connection that nobody used for this long is closed, before the platform or what lies between
/// closes it: a request that is sent in that moment is lost.
const LONGEST_IDLE: Duration = Duration::from_secs(30);
/// Larger answers are given up, also where there is memory for them: the subscriptions of 10,000
/// tenants take about 2 MB.
const LARGEST_ANSWER: u64 = 32 * 1024 * 1024;
/// Of an answer that is an error, the rest is not read.
const MAX_ERROR: usize = 64 * 1024;

pub(crate) const APPLICATION_KEY: HeaderName =
    HeaderName::from_static("x-cumulocity-application-key");

/// The one connection pool of a service, and the address that all its requests go to.
#[derive(Debug)]
pub(crate) struct Transport {
    http: Client,
    base_url: Url,
    background: Background,
    metrics: Metrics,
    places: Places,
    largest_answer: usize,
}

impl Transport {
    pub(crate) fn new(
        config: &Config,
        background: Background,
        metrics: Metrics,
    ) -> Result<Self, reqwest::Error> {
        let limits = &config.http_client;
        let kept = if limits.pool_enabled {
            limits.connections()
        } else {
            0
        };
        let http = outbound::client_builder(config, Target::Platform)
            .read_timeout(limits.read_timeout)
            .pool_max_idle_per_host(kept)
            .pool_idle_timeout(LONGEST_IDLE)
            .build()?;
        Ok(Self {
            http,
            base_url: config.platform.base_url.clone(),
            background,
            metrics,
            places: Places::new(limits),
            largest_answer: largest_answer(config.memory_limit),
        })
    }

    pub(crate) fn base_url(&self) -> &Url {
        &self.base_url
    }

    /// What all requests run on.
    pub(crate) fn background(&self) -> &Background {
        &self.background
    }

    /// The address of a path that is made of segments, each of which is encoded.
    pub(crate) fn url(&self, segments: &[&str]) -> Result<Url, PlatformError> {
        // URLs drop these: the request would go to another path, such as that of the whole
        // collection.
        let dropped = |s: &&&str| matches!(**s, "" | "." | "..") || s.contains(['\t', '\n', '\r']);
        if let Some(segment) = segments.iter().find(dropped) {
            return Err(PlatformError::Invalid(format!(
                "{segment:?} cannot be part of a path"
            )));
        }
        let mut url = self.base_url.clone();
        url.path_segments_mut()
            .expect("the base URL is http or https")
            .pop_if_empty()
            .extend(segments);
        Ok(url)
    }

    /// The address of a path as written, possibly with a query. It never leaves the platform.
    pub(crate) fn raw_url(&self, path: &str) -> Result<Url, PlatformError> {
        let inside = |url: &Url| {
            url.origin() == self.base_url.origin() && url.path().starts_with(self.base_url.path())
        };
        path.strip_prefix('/')
            .and_then(|relative| self.base_url.join(&format!("./{relative}")).ok())
            .filter(inside)
            .ok_or_else(|| {
                PlatformError::Invalid(format!("`{path}` is not a path that begins with one `/`"))
            })
    }

    /// One attempt: sends a request and reads the whole answer. An answer that is not a success is
    /// an error. To be called on the background runtime.
    pub(crate) async fn exchange(
        &self,
        mut request: reqwest::Request,
        budget: &Budget,
    ) -> Result<Response, PlatformError> {
        let _place = self.places.take(budget.left()).await?;
        *request.timeout_mut() = Some(budget.left());
        let asked = self.metrics.asked(&self.base_url, request.url());
        let result = self.attempt(request).await;
        asked.answered(&result);
        result
    }

    async fn attempt(&self, request: reqwest::Request) -> Result<Response, PlatformError> {
        let answer = self.http.execute(request).await;
        let mut answer = answer.map_err(PlatformError::from_transport)?;
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        let limit = if status.is_success() {
            self.largest_answer
        } else {
            MAX_ERROR
        };
        let (body, is_complete) = read(answer, limit).await?;
        if !status.is_success() {
            return Err(PlatformError::from_answer(status, &headers, &body));
        }
        if !is_complete {
            let reason = format!("it is larger than {limit} bytes, the most for this MEMORY_LIMIT");
            return Err(PlatformError::UnexpectedBody { status, reason });
        }
        Ok(Response::new(status, headers, body))
    }
}

/// Bytes that an answer may have in a container with this much memory.
fn largest_answer(memory_limit: u64) -> usize {
    let bytes = LARGEST_ANSWER.min(Share::Answers.of(memory_limit));
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// A body up to a limit, and whether that is all of it.
async fn read(mut answer: reqwest::Response, limit: usize) -> Result<(Bytes, bool), PlatformError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(PlatformError::from_transport)?
    {
        if body.len() + chunk.len() > limit {
            return Ok((body.freeze(), false));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body.freeze(), true))
}
