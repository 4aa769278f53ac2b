//! Connections, directly or through a proxy, with a limit, and with errors that name the proxy.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::{self, Display};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::timeout;
use tower_layer::Layer;
use tower_service::Service;

use crate::config::{Config, Proxies, Proxy};

thread_local! {
    /// The proxy of the connection that is being started. reqwest asks for it while it starts one,
    /// on the same thread, and tells nobody else which it is.
    static CHOSEN: RefCell<Option<Proxy>> = const { RefCell::new(None) };
}

/// How a client connects.
#[derive(Debug, Clone)]
pub(super) struct Connect {
    proxies: Arc<Proxies>,
    platform: reqwest::Url,
    /// For a connection with all that belongs to it: the name, a proxy, TLS.
    limit: Duration,
}

/// A connector of reqwest's with the limit and the errors.
#[derive(Debug, Clone)]
pub(super) struct Connector<S> {
    inner: S,
    limit: Duration,
}

/// A connection through a proxy failed.
#[derive(Debug)]
struct ThroughProxy {
    proxy: Proxy,
    source: BoxError,
}

pub(super) type BoxError = Box<dyn Error + Send + Sync>;

impl Connect {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            proxies: Arc::new(config.proxies.clone()),
            platform: config.platform.base_url.clone(),
            limit: config.http_client.connect_timeout,
        }
    }

    /// The rules for reqwest, which then reads no variables of its own.
    pub(super) fn proxy(&self) -> reqwest::Proxy {
        let Self {
            proxies, platform, ..
        } = self.clone();
        reqwest::Proxy::custom(move |url| {
            let proxy = proxies.of(url, &platform)?;
            CHOSEN.set(Some(proxy.clone()));
            Some(proxy.url().clone())
        })
    }
}

impl<S> Layer<S> for Connect {
    type Service = Connector<S>;

    fn layer(&self, connector: S) -> Connector<S> {
        Connector {
            inner: connector,
            limit: self.limit,
        }
    }
}

impl<S, A> Service<A> for Connector<S>
where
    S: Service<A, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, address: A) -> Self::Future {
        CHOSEN.take();
        let connecting = self.inner.call(address);
        let limit = self.limit;
        let proxy = CHOSEN.take();
        Box::pin(async move { connected(connecting, limit, proxy).await })
    }
}

/// Waits for a connection, for as long as the limit. An error names the proxy, if there is one.
pub(super) async fn connected<T>(
    connecting: impl Future<Output = Result<T, BoxError>>,
    limit: Duration,
    proxy: Option<Proxy>,
) -> Result<T, BoxError> {
    let connected = timeout(limit, connecting).await;
    connected
        .unwrap_or_else(|_| Err(out_of_time(limit)))
        .map_err(|source| match proxy {
            Some(proxy) => Box::new(ThroughProxy { proxy, source }),
            None => source,
        })
}

fn out_of_time(limit: Duration) -> BoxError {
    let text = format!("no connection within {} ms", limit.as_millis());
    Box::new(io::Error::new(io::ErrorKind::TimedOut, text))
}

impl Display for ThroughProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "through the proxy {}", self.proxy)
    }
}

impl Error for ThroughProxy {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
