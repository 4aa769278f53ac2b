//! A request to a service, and what comes of it.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::HttpRequest;
use hyper::body::Incoming;
use hyper::header::HeaderMap;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::TokioExecutor;
use tokio::time::timeout;

use super::body::{Outgoing, Progress, Upload};
use super::split;
use crate::refusal::Refusal;

/// A container that has just ended does not refuse a connection, but leaves it without an answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Below the few seconds after which servers close an idle connection: one that is about to go is
/// not used.
const IDLE_TIMEOUT: Duration = Duration::from_secs(1);

/// What may be chosen about the gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GatewayOptions {
    /// How long a service may take to begin its answer, since the last piece of the request that it
    /// took; also between two pieces of a body.
    pub(crate) timeout: Duration,
    /// Whether a service gets its settings for the caller's tenant as headers.
    pub(crate) settings_as_headers: bool,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_mins(1),
            settings_as_headers: false,
        }
    }
}

/// The gateway's connections. One for each worker, since they end with the worker's runtime.
pub(crate) struct Connections {
    client: Client<HttpConnector, Outgoing>,
    pub(super) options: GatewayOptions,
}

impl Connections {
    pub(crate) fn new(options: GatewayOptions) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        let mut builder = Client::builder(TokioExecutor::new());
        let client = builder.pool_idle_timeout(IDLE_TIMEOUT).build(connector);
        Self { client, options }
    }
}

/// A request on its way.
pub(super) struct Exchange<'a> {
    pub(super) request: &'a HttpRequest,
    pub(super) headers: HeaderMap,
    pub(super) upload: Upload,
    pub(super) progress: Progress,
}

impl Exchange<'_> {
    /// The answer of the first instance that gives one.
    ///
    /// One that refuses the connection has seen nothing of the request, so the next can have all of
    /// it. One that breaks the connection off may have done what it was asked: only what does no
    /// harm a second time is asked of the next.
    pub(super) async fn answer(
        &self,
        connections: &Connections,
        next: impl Fn(&[SocketAddr]) -> Result<SocketAddr, Refusal>,
    ) -> Result<hyper::Response<Incoming>, Refusal> {
        let mut passed_over = Vec::new();
        let mut broken_off = None;
        loop {
            let address = match next(&passed_over) {
                Ok(address) => address,
                // Where nobody else is left, what has happened says more.
                Err(nobody) => return Err(broken_off.unwrap_or(nobody)),
            };
            let answer = connections.client.request(self.outgoing(address)?);
            match self.in_time(answer, connections.options.timeout).await? {
                Ok(answer) => return Ok(answer),
                Err(error) if error.is_connect() => {}
                Err(error) if self.is_repeatable() => broken_off = Some(failed(&error)),
                Err(error) => return Err(failed(&error)),
            }
            passed_over.push(address);
        }
    }

    /// Whether it may be sent twice: it changes nothing more then, and there is no body, of which a
    /// part may be gone.
    fn is_repeatable(&self) -> bool {
        self.request.method().is_idempotent() && self.upload.is_empty()
    }

    fn outgoing(&self, address: SocketAddr) -> Result<hyper::Request<Outgoing>, Refusal> {
        let uri = self.request.uri();
        let (_, path) = split(uri.path());
        let query = uri.query().map(|query| format!("?{query}"));
        let query = query.unwrap_or_default();
        let mut outgoing = hyper::Request::builder()
            .method(self.request.method().as_str())
            .uri(format!("http://{address}{path}{query}"))
            .body(self.upload.body())
            .map_err(|error| Refusal::invalid(format!("Not a request to forward: {error}")))?;
        *outgoing.headers_mut() = self.headers.clone();
        Ok(outgoing)
    }

    /// Waits for an answer, as long as the service goes on taking in the request.
    async fn in_time<T>(
        &self,
        answer: impl Future<Output = T>,
        limit: Duration,
    ) -> Result<T, Refusal> {
        tokio::pin!(answer);
        loop {
            let last = self.progress.last();
            let left = limit.saturating_sub(last.elapsed());
            if let Ok(answer) = timeout(left, &mut answer).await {
                return Ok(answer);
            }
            if self.progress.last() == last {
                let limit = limit.as_secs_f32();
                let message = format!("The microservice did not begin its answer within {limit} s");
                return Err(Refusal::new(504, "gateway/Gateway Timeout", message));
            }
        }
    }
}

fn failed(error: &ClientError) -> Refusal {
    match std::error::Error::source(error) {
        Some(reason) => broken_off(&reason),
        None => broken_off(error),
    }
}

pub(super) fn broken_off(reason: &dyn Display) -> Refusal {
    let message = format!("The microservice broke off its answer: {reason}");
    Refusal::new(502, "gateway/Bad Gateway", message)
}
