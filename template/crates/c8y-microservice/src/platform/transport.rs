//! HTTP to the platform: where requests go, how long they may take, and what becomes of their
//! answers.

use std::time::Duration;

use actix_web::web::{Bytes, BytesMut};
use http::Request;
use http::uri::InvalidUri;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper_util::client::legacy::ResponseFuture;
use reqwest::Url;
use reqwest::header::HeaderName;

use super::address::Base;
use super::patience::Patience;
use super::places::Places;
use super::room::Room;
use super::{Address, Budget, Outgoing, PlatformError, Prepared, Response};
use crate::background::Background;
use crate::config::Config;
use crate::memory::Share;
use crate::metrics::Metrics;
use crate::outbound::PlatformHttp;

/// Larger answers are given up, also where there is memory for them: the subscriptions of 10,000
/// tenants take about 2 MB.
const LARGEST_ANSWER: u64 = 32 * 1024 * 1024;
/// Of an answer that is an error, the rest is not read.
const MAX_ERROR: usize = 64 * 1024;

/// Bytes of the pieces in which an answer that does not say its length is kept until it is whole. One
/// that grew as a whole would leave holes in the memory, which stay with the process.
const PIECE: usize = 64 * 1024;

pub(crate) const APPLICATION_KEY: HeaderName =
    HeaderName::from_static("x-cumulocity-application-key");

/// The one connection pool of a service, and the address that all its requests go to.
#[derive(Debug)]
pub(crate) struct Transport {
    http: PlatformHttp,
    base: Base,
    background: Background,
    metrics: Metrics,
    places: Places,
    read_timeout: Duration,
    largest_answer: usize,
    room: Room,
}

impl Transport {
    pub(crate) fn new(
        config: &Config,
        background: Background,
        metrics: Metrics,
    ) -> Result<Self, InvalidUri> {
        let largest_answer = largest_answer(config.memory_limit);
        Ok(Self {
            http: PlatformHttp::new(config)?,
            base: Base::new(config.platform.base_url.clone())?,
            background,
            metrics,
            places: Places::new(&config.http_client),
            read_timeout: config.http_client.read_timeout,
            largest_answer,
            room: Room::of(largest_answer / 2),
        })
    }

    pub(crate) fn base_url(&self) -> &Url {
        self.base.url()
    }

    /// What all requests run on.
    pub(crate) fn background(&self) -> &Background {
        &self.background
    }

    /// The address of a path that is made of segments, each of which is encoded.
    pub(crate) fn address(&self, segments: &[&str]) -> Result<Address, PlatformError> {
        self.base.address(segments)
    }

    /// The address of a path as written, possibly with a query. It never leaves the platform.
    pub(crate) fn raw_address(&self, path: &str) -> Result<Address, PlatformError> {
        self.base.raw_address(path)
    }

    /// A request that is ready for its attempts. In a box, because futures hand it on.
    pub(crate) fn prepare(&self, outgoing: Outgoing) -> Result<Box<Prepared>, PlatformError> {
        Ok(Box::new(Prepared {
            method: outgoing.method,
            uri: self.base.uri(outgoing.address)?,
            headers: outgoing.headers,
            body: outgoing.body.unwrap_or_default(),
            by_application: outgoing.by_application,
            repeatable: outgoing.repeatable,
        }))
    }

    /// The request of one attempt, to be signed.
    pub(crate) fn request(&self, prepared: &Prepared) -> Request<Full<Bytes>> {
        let mut request = prepared.request();
        self.http.complete(request.headers_mut());
        request
    }

    /// One attempt: sends a signed request and reads the whole answer. An answer that is not a
    /// success is an error. To be called on the background runtime.
    pub(crate) fn exchange(
        &self,
        prepared: &Prepared,
        request: Request<Full<Bytes>>,
        budget: &Budget,
    ) -> impl Future<Output = Result<Response, PlatformError>> {
        // Does nothing yet, and is small: a future keeps each value that it is given.
        let answer = self.http.send(request);
        async {
            let _place = self.places.take(budget.left()).await?;
            let asked = self.metrics.asked(self.base_url().path(), &prepared.uri);
            let result = self.attempt(answer, budget.left()).await;
            asked.answered(&result);
            result
        }
    }

    async fn attempt(
        &self,
        answer: ResponseFuture,
        time: Duration,
    ) -> Result<Response, PlatformError> {
        let patience = Patience::new(time, self.read_timeout);
        let answer = patience.wait(answer).await?;
        let answer = answer.map_err(|error| PlatformError::from_transport(&error))?;
        let (head, body) = answer.into_parts();
        let (status, headers) = (head.status, head.headers);
        let limit = if status.is_success() {
            self.largest_answer
        } else {
            MAX_ERROR
        };
        let (body, is_complete) = read(body, limit, &patience, &self.room).await?;
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

/// A body up to a limit, and whether that is all of it; of one that is larger, the beginning.
async fn read(
    mut body: Incoming,
    limit: usize,
    patience: &Patience,
    room: &Room,
) -> Result<(Bytes, bool), PlatformError> {
    let mut taken = room.for_an_answer();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut full: Vec<BytesMut> = Vec::new();
    let mut last = BytesMut::with_capacity(announced.min(limit));
    let mut length = 0;
    while let Some(frame) = patience.wait(body.frame()).await? {
        let frame = frame.map_err(|error| PlatformError::from_body(&error))?;
        let Ok(part) = frame.into_data() else {
            continue;
        };
        length += part.len();
        if length > limit {
            let beginning = full.into_iter().next().unwrap_or(last);
            return Ok((beginning.freeze(), false));
        }
        let waited = patience.wait(taken.for_length(length)).await;
        waited.map_err(|_elapsed| {
            let reason = "timed out: other answers took the memory for large ones";
            PlatformError::NoAnswer(reason.to_owned())
        })?;
        if last.len() + part.len() > last.capacity().max(PIECE) {
            full.push(std::mem::replace(&mut last, BytesMut::with_capacity(PIECE)));
        }
        last.extend_from_slice(&part);
    }
    Ok((joined(full, last, length), true))
}

fn joined(full: Vec<BytesMut>, last: BytesMut, length: usize) -> Bytes {
    if full.is_empty() {
        return last.freeze();
    }
    let mut all = BytesMut::with_capacity(length);
    for piece in full.into_iter().chain([last]) {
        all.extend_from_slice(&piece);
    }
    all.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_in_their_order() {
        let piece = |text: &str| BytesMut::from(text);
        assert_eq!(joined(vec![], piece("one"), 3), "one");
        let all = joined(vec![piece("one "), piece("two ")], piece("three"), 13);
        assert_eq!(all, "one two three");
    }
}
