//! The HTTP client for the platform.
//!
//! Not reqwest's: that one parses, copies and looks for proxies anew with every request, which takes
//! as long as all the rest of a request. The platform has one address, and one way leads there.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::web::Bytes;
use http::uri::{Authority, InvalidUri};
use http::{Request, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::{Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::header::{HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use rustls::ClientConfig;
use tower_service::Service;

use super::connect::{BoxError, connected};
use super::line::Line;
use super::way::{Found, Way};
use super::{Target, tls};
use crate::config::{Config, Proxy};

/// A connection that nobody used for this long is closed, before the platform or what lies between
/// closes it: a request that is sent in that moment is lost.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// Bytes of an answer that a connection keeps room for, from then on: without a bound it is as much
/// as a large answer once took. The head of an answer has to fit.
const MOST_BUFFERED: usize = 16 * 1024;

/// Sends requests to the platform, over connections that are kept. It follows no redirects: they
/// would carry credentials to an address that nobody configured.
pub(crate) struct PlatformHttp {
    client: Client<Connector, Full<Bytes>>,
    /// Of every request.
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// Connects with the platform. Clones, of which each request makes some, share all of it.
#[derive(Clone)]
struct Connector(Arc<Inner>);

struct Inner {
    way: Way,
    tls: Arc<ClientConfig>,
    proxy: Option<Proxy>,
    /// For a connection with all that belongs to it: the name, a proxy, TLS.
    limit: Duration,
}

impl PlatformHttp {
    pub(crate) fn new(config: &Config) -> Result<Self, InvalidUri> {
        let limits = &config.http_client;
        let platform = &config.platform.base_url;
        let uri: Uri = platform.as_str().parse()?;
        let tls = Arc::new(tls::client_config(config, Target::Platform));
        let proxy = config.proxy_for(platform).cloned();
        let Found { way, login } = Found::new(&uri, proxy.as_ref(), &tls);
        let connector = Connector(Arc::new(Inner {
            way,
            tls,
            proxy,
            limit: limits.connect_timeout,
        }));
        let kept = if limits.pool_enabled {
            limits.connections()
        } else {
            0
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(LONGEST_IDLE)
            .pool_max_idle_per_host(kept)
            .http1_max_buf_size(MOST_BUFFERED)
            .set_host(false)
            .build(connector);
        let mut headers = vec![
            (HOST, host(&uri)),
            (USER_AGENT, HeaderValue::from_static(super::USER_AGENT)),
        ];
        headers.extend(login.map(|login| (PROXY_AUTHORIZATION, login)));
        Ok(Self { client, headers })
    }

    /// Adds the headers that every request has, where there are no others.
    pub(crate) fn complete(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.entry(name).or_insert_with(|| value.clone());
        }
    }

    /// To be called on the background runtime.
    pub(crate) fn send(&self, request: Request<Full<Bytes>>) -> ResponseFuture {
        self.client.request(request)
    }
}

/// Host and port, as of the platform's URL: without the port that is the usual one.
fn host(platform: &Uri) -> HeaderValue {
    let authority = platform.authority().map(Authority::as_str);
    let host = HeaderValue::from_str(authority.unwrap_or_default());
    host.expect("an authority is plain text")
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Line>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, platform: Uri) -> Self::Future {
        let Inner {
            way,
            tls,
            proxy,
            limit,
        } = &*self.0;
        let connecting = HttpsConnector::from((way.clone(), Arc::clone(tls))).call(platform);
        Box::pin(connected(connecting, *limit, proxy.clone()))
    }
}

/// Without the headers, which may have a proxy's login.
impl fmt::Debug for PlatformHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformHttp").finish_non_exhaustive()
    }
}
