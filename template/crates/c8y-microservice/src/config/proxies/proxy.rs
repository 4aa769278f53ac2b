//! One proxy: where it is, and who may use it.

use std::fmt::{self, Display};
use std::net::Ipv6Addr;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use crate::config::environment::Reader;

const HOST: &str = "is not a name or an IP address alone; scheme and port do not belong there";
const URL: &str = "is not the address of a proxy, such as http://proxy:3128; \
                   allowed: http, https, socks5, socks5h, socks4, socks4a";

/// A proxy, and the variable that names it. Its login is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    url: Url,
    variable: String,
}

impl Proxy {
    /// Name or address.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// The variable that names its host, such as `PROXY_HTTP_HOST` or `HTTPS_PROXY`.
    #[must_use]
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// With its login.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// A proxy with a variable each for host and port. Without a host there is none.
    pub(super) fn at(
        env: &mut Reader<'_>,
        scheme: &str,
        host_name: &str,
        port_name: &str,
        default: u16,
    ) -> Option<Self> {
        let port = env.number(port_name, default, 1..=u16::MAX);
        let host = env.text(host_name)?;
        let url = at(scheme, &host, port).or_else(|| env.problem(host_name, HOST))?;
        Some(Self {
            url,
            variable: host_name.to_owned(),
        })
    }

    /// The proxy of the first of these variables that is set. A rejected value is not repeated: it
    /// may hold a password.
    pub(super) fn of_url(env: &mut Reader<'_>, names: &[&str]) -> Option<Self> {
        let (name, text) = env.first(names)?;
        let url = parse(&text).or_else(|| env.problem(name, URL))?;
        Some(Self {
            url,
            variable: name.to_owned(),
        })
    }
}

fn at(scheme: &str, host: &str, port: u16) -> Option<Url> {
    let without_brackets = host.trim_start_matches('[').trim_end_matches(']');
    let host = match without_brackets.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) if host.contains([':', '/', '\\', '@', '?', '#']) => return None,
        Err(_) => host.to_owned(),
    };
    // As that of an http address, which is checked; that of a SOCKS address is not.
    let checked = Url::parse(&format!("http://{host}/")).ok()?;
    let url = Url::parse(&format!("{scheme}://{}:{port}", checked.host_str()?)).ok()?;
    is_understood(&url).then_some(url)
}

fn parse(text: &str) -> Option<Url> {
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let mut url = Url::parse(&with_scheme).ok()?;
    match url.scheme() {
        "http" | "https" => {}
        "socks5" | "socks5h" | "socks4" | "socks4a" => {
            let port = url.port().unwrap_or(1080);
            url.set_port(Some(port)).ok()?;
        }
        _ => return None,
    }
    let is_address = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.port() != Some(0);
    (is_address && is_understood(&url)).then_some(url)
}

/// Whether the HTTP client takes a proxy's address. One that it does not take, it would ignore: the
/// requests would go directly.
fn is_understood(url: &Url) -> bool {
    let matcher = Matcher::builder().all(url.as_str()).build();
    let anywhere = "http://anywhere".parse();
    url.host_str().is_some_and(|host| !host.is_empty())
        && anywhere.is_ok_and(|anywhere| matcher.intercept(&anywhere).is_some())
}

/// Where it is and which variable says so: `proxy:3128 (HTTP_PROXY)`.
impl Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({})", self.host(), self.port(), self.variable)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}
