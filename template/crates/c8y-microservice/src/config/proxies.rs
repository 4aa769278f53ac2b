//! Proxies for HTTP: those that the platform sets, and those of the variables that most programs
//! know.

mod exceptions;
mod proxy;

use reqwest::Url;

use super::Config;
use super::environment::Reader;
pub use exceptions::NoProxy;
use exceptions::covers;
pub use proxy::Proxy;

/// The proxies of the service's requests.
///
/// What the platform sets, `PROXY_*`, holds for addresses outside the platform, with the rules of
/// the JVM: an http address takes the HTTP proxy, an https address the HTTPS proxy, and whatever
/// has no proxy of its own protocol takes the SOCKS proxy, which resolves the names, too. A
/// protocol without a host has no proxy; a port alone makes none.
///
/// Where `PROXY_*` names no host at all, the [usual variables](UsualProxies) hold. For the platform
/// itself (host and port of `C8Y_BASEURL`) only those do: `PROXY_*` never leads there.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Proxies {
    /// `PROXY_HTTP_HOST`, `PROXY_HTTP_PORT` (80).
    pub http: Option<Proxy>,
    /// `PROXY_HTTPS_HOST`, `PROXY_HTTPS_PORT` (443). The service asks it in plain HTTP for a
    /// tunnel (`CONNECT`), and speaks TLS with the address at the other end.
    pub https: Option<Proxy>,
    /// `PROXY_SOCKS_HOST`, `PROXY_SOCKS_PORT` (1080). SOCKS 5, without login.
    pub socks: Option<Proxy>,
    /// `PROXY_HTTP_NON_PROXY_HOSTS`: hosts that none of the three is used for, in the JVM's form:
    /// names split by `|`, with `*` at either end; `localhost|127.*|[::1]`.
    pub non_proxy_hosts: Vec<String>,
    /// The variables that most programs know.
    pub usual: UsualProxies,
}

/// The proxies of the variables that most programs know.
///
/// Each is read in capitals first, then in lower case. A value is `http://user:password@host:port`,
/// where only the host is required; the schemes are `http`, `https`, `socks5`, `socks5h` (which
/// resolves names), `socks4` and `socks4a` (likewise). `HTTP_PROXY` in capitals is ignored where
/// `REQUEST_METHOD` is set: there, a request's header `Proxy` would set it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct UsualProxies {
    /// `HTTP_PROXY`, else `ALL_PROXY`: for http addresses.
    pub http: Option<Proxy>,
    /// `HTTPS_PROXY`, else `ALL_PROXY`: for https addresses.
    pub https: Option<Proxy>,
    /// `NO_PROXY`: what is reached directly all the same.
    pub no_proxy: NoProxy,
}

impl Config {
    /// The proxy that the service's requests to `url` take; `None` where they go directly.
    #[must_use]
    pub fn proxy_for(&self, url: &Url) -> Option<&Proxy> {
        self.proxies.of(url, &self.platform.base_url)
    }
}

impl Proxies {
    pub(super) fn read(env: &mut Reader<'_>) -> Self {
        Self {
            http: Proxy::at(env, "http", "PROXY_HTTP_HOST", "PROXY_HTTP_PORT", 80),
            https: Proxy::at(env, "http", "PROXY_HTTPS_HOST", "PROXY_HTTPS_PORT", 443),
            socks: Proxy::at(env, "socks5h", "PROXY_SOCKS_HOST", "PROXY_SOCKS_PORT", 1080),
            non_proxy_hosts: exceptions::read(env, "PROXY_HTTP_NON_PROXY_HOSTS"),
            usual: UsualProxies::read(env),
        }
    }

    /// The proxy of an address, in a service whose platform is at `platform`.
    pub(crate) fn of(&self, url: &Url, platform: &Url) -> Option<&Proxy> {
        if is_same_server(url, platform) || !self.has_any() {
            self.usual.of(url)
        } else {
            self.of_the_jvm(url)
        }
    }

    fn has_any(&self) -> bool {
        [&self.http, &self.https, &self.socks]
            .into_iter()
            .any(Option::is_some)
    }

    fn of_the_jvm(&self, url: &Url) -> Option<&Proxy> {
        let host = url.host_str()?;
        if self.non_proxy_hosts.iter().any(|name| covers(name, host)) {
            return None;
        }
        let of_its_protocol = match url.scheme() {
            "https" => &self.https,
            _ => &self.http,
        };
        of_its_protocol.as_ref().or(self.socks.as_ref())
    }
}

impl UsualProxies {
    fn read(env: &mut Reader<'_>) -> Self {
        let all = Proxy::of_url(env, &["ALL_PROXY", "all_proxy"]);
        let http: &[_] = if env.text("REQUEST_METHOD").is_some() {
            &["http_proxy"]
        } else {
            &["HTTP_PROXY", "http_proxy"]
        };
        Self {
            http: Proxy::of_url(env, http).or_else(|| all.clone()),
            https: Proxy::of_url(env, &["HTTPS_PROXY", "https_proxy"]).or(all),
            no_proxy: NoProxy::read(env, &["NO_PROXY", "no_proxy"]),
        }
    }

    fn of(&self, url: &Url) -> Option<&Proxy> {
        let proxy = match url.scheme() {
            "https" => self.https.as_ref(),
            _ => self.http.as_ref(),
        };
        proxy.filter(|_| !self.no_proxy.covers(url))
    }
}

fn is_same_server(one: &Url, other: &Url) -> bool {
    one.host() == other.host() && one.port_or_known_default() == other.port_or_known_default()
}

#[cfg(test)]
mod tests;
