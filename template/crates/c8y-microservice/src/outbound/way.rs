//! The way to the platform: directly, or through the proxy of its one address.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Uri};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::header::USER_AGENT;
use rustls::ClientConfig;
use tokio::net::lookup_host;
use tower_service::Service;

use super::connect::BoxError;
use super::line::Line;
use crate::config::Proxy;

/// A connection that says nothing is asked after this long whether it is still there, and again.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const KEEP_ALIVE_ATTEMPTS: u32 = 3;
/// What was sent and is not received within this time breaks a connection.
#[cfg(target_os = "linux")]
const LOST: Duration = Duration::from_secs(30);

/// Makes connections for plain HTTP, over which TLS is spoken where the platform wants it.
#[derive(Clone)]
pub(super) enum Way {
    Direct(HttpConnector),
    /// Through a proxy that requests are sent to.
    PassedOn(Uri, HttpsConnector<HttpConnector>),
    /// Through a proxy that is asked for a connection.
    Tunnel(Tunnel<HttpsConnector<HttpConnector>>),
    Socks4(SocksV4<HttpConnector>, Names),
    Socks5(SocksV5<HttpConnector>, Names),
}

/// Who resolves the platform's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    OfTheService,
    OfTheProxy,
}

/// A way, and the login that goes with each request where a proxy passes them on.
pub(super) struct Found {
    pub(super) way: Way,
    pub(super) login: Option<HeaderValue>,
}

impl Found {
    /// The way to the platform at `platform`.
    pub(super) fn new(platform: &Uri, proxy: Option<&Proxy>, tls: &Arc<ClientConfig>) -> Self {
        let tcp = tcp();
        let rules = |proxy: &Proxy| Matcher::builder().all(proxy.url().as_str()).build();
        let Some(proxy) = proxy.and_then(|proxy| rules(proxy).intercept(platform)) else {
            return Self::without_login(Way::Direct(tcp));
        };
        let address = proxy.uri().clone();
        let names = |scheme| match scheme {
            "socks4" | "socks5" => Names::OfTheService,
            _ => Names::OfTheProxy,
        };
        match proxy.uri().scheme_str() {
            Some(scheme @ ("socks4" | "socks4a")) => {
                Self::without_login(Way::Socks4(SocksV4::new(address, tcp), names(scheme)))
            }
            Some(scheme @ ("socks5" | "socks5h")) => {
                let socks = SocksV5::new(address, tcp);
                let socks = match proxy.raw_auth() {
                    Some((user, password)) => socks.with_auth(user.to_owned(), password.to_owned()),
                    None => socks,
                };
                Self::without_login(Way::Socks5(socks, names(scheme)))
            }
            _ if platform.scheme_str() == Some("https") => {
                Self::without_login(Way::Tunnel(tunnel(&proxy, tcp, tls)))
            }
            _ => Self {
                way: Way::PassedOn(address, HttpsConnector::from((tcp, Arc::clone(tls)))),
                login: proxy.basic_auth().cloned(),
            },
        }
    }

    fn without_login(way: Way) -> Self {
        Self { way, login: None }
    }
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    // Also for addresses of https.
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEP_ALIVE));
    tcp.set_keepalive_interval(Some(KEEP_ALIVE));
    tcp.set_keepalive_retries(Some(KEEP_ALIVE_ATTEMPTS));
    #[cfg(target_os = "linux")]
    tcp.set_tcp_user_timeout(Some(LOST));
    tcp
}

fn tunnel(
    proxy: &Intercept,
    tcp: HttpConnector,
    tls: &Arc<ClientConfig>,
) -> Tunnel<HttpsConnector<HttpConnector>> {
    let to_proxy = HttpsConnector::from((tcp, Arc::clone(tls)));
    let agent = HeaderValue::from_static(super::USER_AGENT);
    let headers = HeaderMap::from_iter([(USER_AGENT, agent)]);
    let tunnel = Tunnel::new(proxy.uri().clone(), to_proxy).with_headers(headers);
    match proxy.basic_auth() {
        Some(login) => tunnel.with_auth(login.clone()),
        None => tunnel,
    }
}

impl Way {
    async fn line(self, platform: Uri) -> Result<Line, BoxError> {
        Ok(match self {
            Self::Direct(mut tcp) => Line::to_platform(tcp.call(platform).await?),
            Self::PassedOn(proxy, mut http) => Line::to_proxy(http.call(proxy).await?),
            Self::Tunnel(mut tunnel) => Line::to_platform(tunnel.call(platform).await?),
            Self::Socks4(mut socks, names) => {
                let target = names.target(&platform, SocketAddr::is_ipv4).await?;
                Line::to_platform(socks.call(target).await?)
            }
            Self::Socks5(mut socks, names) => {
                let target = names.target(&platform, |_any| true).await?;
                Line::to_platform(socks.call(target).await?)
            }
        })
    }
}

impl Names {
    /// The platform as a SOCKS proxy is to find it: with a port in any case.
    async fn target(self, platform: &Uri, fits: fn(&SocketAddr) -> bool) -> Result<Uri, BoxError> {
        let host = platform.host().ok_or("the platform has no name")?;
        let is_https = platform.scheme_str() == Some("https");
        let usual_port = if is_https { 443 } else { 80 };
        let port = platform.port_u16().unwrap_or(usual_port);
        let target = match self {
            Self::OfTheProxy => format!("{host}:{port}"),
            Self::OfTheService => {
                let host = host.trim_start_matches('[').trim_end_matches(']');
                let found = lookup_host((host, port)).await?.find(fits);
                found
                    .ok_or("the platform's name has no address")?
                    .to_string()
            }
        };
        Ok(format!("http://{target}").parse::<Uri>()?)
    }
}

impl Service<Uri> for Way {
    type Response = Line;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Line, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, platform: Uri) -> Self::Future {
        Box::pin(self.clone().line(platform))
    }
}
