//! What is reached without a proxy.

use std::fmt;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use crate::config::environment::Reader;

const DEFAULT: &str = "localhost|127.*|[::1]";

/// Hosts in the JVM's form.
pub(super) fn read(env: &mut Reader<'_>, variable: &str) -> Vec<String> {
    let text = env.text(variable).unwrap_or_else(|| DEFAULT.to_owned());
    let names = text.split('|').map(str::trim);
    let names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
    if let Some(name) = names.iter().find(|name| literal(name).contains('*')) {
        let problem =
            format!("has `{name}`; `*` may stand at the beginning and at the end of a name");
        env.problem::<()>(variable, problem);
    }
    names.into_iter().map(ToOwned::to_owned).collect()
}

/// Whether a host is one of a name in the JVM's form: in any case, with `*` for any number of
/// characters at either end.
pub(super) fn covers(name: &str, host: &str) -> bool {
    let text = literal(name).to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    match (name.starts_with('*'), name.ends_with('*')) {
        (true, true) => host.contains(&text),
        (true, false) => host.ends_with(&text),
        (false, true) => host.starts_with(&text),
        (false, false) => host == text,
    }
}

fn literal(name: &str) -> &str {
    let name = name.strip_prefix('*').unwrap_or(name);
    name.strip_suffix('*').unwrap_or(name)
}

/// `NO_PROXY`: names split by `,`, each with all names below it; IP addresses; networks such as
/// `10.0.0.0/8`; or `*` for everything. `.example.com` and `*.example.com` mean `example.com`.
#[derive(Clone)]
pub struct NoProxy(Arc<Exceptions>);

struct Exceptions {
    text: String,
    /// curl's rule for `*` covers names alone.
    is_everything: bool,
    /// Intercepts all but the exceptions: curl's rules for them are its own.
    others: Matcher,
}

impl NoProxy {
    pub(super) fn read(env: &mut Reader<'_>, names: &[&str]) -> Self {
        let text = env.first(names).map(|(_, text)| text).unwrap_or_default();
        let names = text.split(',').map(str::trim);
        let names: Vec<_> = names
            .map(|name| name.strip_prefix("*.").unwrap_or(name))
            .map(|name| name.trim_start_matches('[').trim_end_matches(']'))
            .collect();
        let others = Matcher::builder()
            .all("http://any")
            .no(names.join(","))
            .build();
        let is_everything = names.contains(&"*");
        Self(Arc::new(Exceptions {
            text,
            is_everything,
            others,
        }))
    }

    /// Whether an address is reached directly.
    #[must_use]
    pub fn covers(&self, url: &Url) -> bool {
        let address = url.origin().ascii_serialization().parse();
        self.0.is_everything
            || address.is_ok_and(|address| self.0.others.intercept(&address).is_none())
    }
}

impl fmt::Debug for NoProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NoProxy({})", self.0.text)
    }
}
