//! What is read from the environment.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use c8y_microservice::Config;
use c8y_microservice::config::ConfigError;
use c8y_microservice::http::Url;

use super::{Body, SECRET, lines, texts};

const REQUIRED: [(&str, &str); 4] = [
    ("C8Y_BASEURL", "http://platform.invalid:8111"),
    ("C8Y_BOOTSTRAP_TENANT", "t100"),
    ("C8Y_BOOTSTRAP_USER", "servicebootstrap_hello"),
    ("C8Y_BOOTSTRAP_PASSWORD", SECRET),
];

/// Variables, `NAME=value`, a line each.
pub(super) const ENVIRONMENT: Body = Body {
    name: "environment",
    check: in_environment,
    samples: &[
        "APPLICATION_KEY=key\nSERVER_PORT=8080\nSERVER_ADDRESS=::1\nMEMORY_LIMIT=64Mi",
        "C8Y_MICROSERVICE_ISOLATION=PER_TENANT\nC8Y_TENANT=t100\nC8Y_USER=u\nC8Y_PASSWORD=p",
        "C8Y_BASEURL=https://acme.example.com/path\nC8Y_BOOTSTRAP_DELAY=1\nFAN_OUT_CONCURRENCY=1024",
        "HTTP_PROXY=http://proxy:3128\nall_proxy=socks5h://[::1]\nPROXY_HTTP_HOST=[::1]\nPROXY_HTTP_PORT=0",
        "SHUTDOWN_DELAY=29000\nSHUTDOWN_TIMEOUT=1\nREQUEST_BODY_LIMIT=1Ei\nREQUEST_TIMEOUT=-1",
        "MICROSERVICE_SUBSCRIPTION_ENABLED=false\nC8Y_BOOTSTRAP_REGISTER=true\nSERVER_KEEP_ALIVE=0",
        "C8Y_HTTPCLIENT_POOL_ENABLED=no\nC8Y_HTTPCLIENT_POOL_MAX=10001\nSERVER_MAX_CONNECTIONS=0",
    ],
};

/// The value of `MEMORY_LIMIT`.
pub(super) const MEMORY_SIZES: Body = Body {
    name: "memory_sizes",
    check: in_memory_size,
    samples: &[
        "256M",
        "10Mi",
        "16Ei",
        "18446744073709551615",
        "0",
        "+1K",
        "1i",
        "1k",
        "1.5G",
        " 1",
    ],
};

/// `NO_PROXY`, `PROXY_HTTP_NON_PROXY_HOSTS` and an address, a line each.
pub(super) const PROXIES: Body = Body {
    name: "proxies",
    check: in_proxies,
    samples: &[
        "localhost,.example.com,*.example.org\nlocalhost|127.*|[::1]\nhttp://www.example.com/",
        "10.0.0.0/8,[::1],::1/128\n*.example.com|*a*|*\nhttps://10.1.2.3:8443/a",
        "*\n**|a*b\nhttp://[fe80::1]/",
        " a , b ,\n | |a.\nhttp://A.:80",
    ],
};

fn read(variables: &BTreeMap<&str, OsString>) -> Result<Config, ConfigError> {
    Config::read(|name| {
        let required = REQUIRED.iter().find(|(required, _)| *required == name);
        let required = required.map(|(_, value)| OsString::from(value));
        variables.get(name).cloned().or(required)
    })
}

/// The values of these hold a secret, also where they are not what they should be.
fn with_secret(name: &str, value: &[u8]) -> OsString {
    let text = String::from_utf8_lossy(value);
    let text = match name {
        "APPLICATION_KEY" | "C8Y_BOOTSTRAP_PASSWORD" | "C8Y_PASSWORD" => format!("{text}{SECRET}"),
        "C8Y_BASEURL" | "HTTP_PROXY" | "http_proxy" | "HTTPS_PROXY" | "https_proxy"
        | "ALL_PROXY" | "all_proxy"
            if text.contains("://") =>
        {
            text.replacen("://", &format!("://user:{SECRET}@"), 1)
        }
        _ => return OsString::from_vec(value.to_vec()),
    };
    text.into()
}

fn in_environment(data: &[u8]) {
    let mut plain = BTreeMap::new();
    let mut secret = BTreeMap::new();
    for line in data.split(|byte| *byte == b'\n') {
        let end = line.iter().position(|byte| *byte == b'=');
        let Some((name, value)) = end.map(|end| (&line[..end], &line[end + 1..])) else {
            continue;
        };
        if let Ok(name) = str::from_utf8(name) {
            plain.insert(name, OsString::from_vec(value.to_vec()));
            secret.insert(name, with_secret(name, value));
        }
    }
    for variables in [plain, secret] {
        match read(&variables) {
            Ok(config) => is_within_bounds(&config),
            Err(error) => tells_no_secret(&error, &variables),
        }
    }
}

fn is_within_bounds(config: &Config) {
    let server = &config.server;
    assert!(server.port > 0 && server.max_connections > 0, "{server:?}");
    let half = config.memory_limit / 2;
    let body = u64::try_from(server.request_body_limit).expect("a size");
    assert!(body <= half.max(1) && body > 0, "{body} of {half}");
    let stops = server.shutdown_delay + server.shutdown_timeout;
    assert!(stops <= Duration::from_secs(29), "{stops:?}");
    assert!((1..=1024).contains(&config.fan_out_concurrency));
    let (url, client) = (&config.platform.base_url, &config.http_client);
    assert!(url.path().ends_with('/') && ["http", "https"].contains(&url.scheme()));
    assert!(url.username().is_empty() && url.password().is_none() && url.has_host());
    assert!(client.total_timeout() >= client.read_timeout, "{client:?}");
    for proxy in [
        &config.proxies.http,
        &config.proxies.https,
        &config.proxies.socks,
        &config.proxies.usual.http,
        &config.proxies.usual.https,
    ] {
        let named = |it: &c8y_microservice::config::Proxy| !it.host().is_empty() && it.port() > 0;
        assert!(proxy.as_ref().is_none_or(named), "{proxy:?}");
    }
    let shown = format!("{config:?}");
    assert!(!shown.contains(SECRET), "{shown}");
}

fn tells_no_secret(error: &ConfigError, variables: &BTreeMap<&str, OsString>) {
    let line = error.to_string();
    assert!(!line.contains(SECRET), "{line}");
    assert!(!error.problems().is_empty(), "refused for no reason");
    let asked = RefCell::new(BTreeSet::new());
    let _ = Config::read(|name| {
        asked.borrow_mut().insert(name.to_owned());
        variables.get(name).cloned()
    });
    for problem in error.problems() {
        assert!(asked.borrow().contains(&problem.variable), "{problem:?}");
    }
}

fn in_memory_size(data: &[u8]) {
    let value = OsString::from_vec(data.to_vec());
    let read = read(&BTreeMap::from([("MEMORY_LIMIT", value)]));
    let expected = match data {
        [] => Some(256_000_000),
        _ => str::from_utf8(data).ok().and_then(bytes),
    };
    assert_eq!(read.ok().map(|config| config.memory_limit), expected);
}

/// The same rule in other words: a number, and a unit of thousands or of 1024.
fn bytes(text: &str) -> Option<u64> {
    let units = ["", "K", "M", "G", "T", "P", "E"];
    let number = text.trim_end_matches(|it: char| it.is_ascii_alphabetic());
    let unit = &text[number.len()..];
    let find = |unit: &str| units.iter().position(|it| *it == unit);
    let factor = match unit.strip_suffix('i') {
        Some("") => return None,
        Some(unit) => 1_u128 << (10 * find(unit)?),
        None => 1000_u128.pow(u32::try_from(find(unit)?).ok()?),
    };
    let digits = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    let number: u64 = digits.then(|| number.parse().ok())??;
    let bytes = u64::try_from(u128::from(number) * factor).ok()?;
    (bytes > 0).then_some(bytes)
}

fn in_proxies(data: &[u8]) {
    let [no_proxy, non_proxy_hosts, _] = lines(data);
    let Some([_, _, address]) = texts(data) else {
        return;
    };
    let Ok(url) = Url::parse(address) else {
        return;
    };
    // There is no request to other hosts: HTTP has no word for them.
    let usual = |it: &&str| {
        it.bytes()
            .all(|it| it.is_ascii_alphanumeric() || b"-._[]:".contains(&it))
    };
    let host = url.host_str().filter(usual);
    let Some(host) = host.filter(|_| ["http", "https"].contains(&url.scheme())) else {
        return;
    };
    let value = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let proxy = || OsString::from("proxy.invalid");
    if let Ok(config) = read(&BTreeMap::from([
        ("PROXY_HTTP_HOST", proxy()),
        ("PROXY_HTTPS_HOST", proxy()),
        ("PROXY_HTTP_NON_PROXY_HOSTS", value(non_proxy_hosts)),
    ])) {
        let names = &config.proxies.non_proxy_hosts;
        let direct = names.iter().any(|name| matches(name, host)) || host == "platform.invalid";
        assert_eq!(
            config.proxy_for(&url).is_none(),
            direct,
            "{url} of {names:?}"
        );
    }
    let usual = |no_proxy: &[u8]| {
        let variables = [("ALL_PROXY", proxy()), ("NO_PROXY", value(no_proxy))];
        read(&BTreeMap::from(variables)).ok()
    };
    if let Some(config) = usual(no_proxy) {
        let direct = config.proxy_for(&url).is_none();
        // More exceptions, and the address's own: never fewer that are reached directly.
        let more = [no_proxy, b",other.invalid,".as_slice()].concat();
        let still = usual(&more)
            .expect("more of the same")
            .proxy_for(&url)
            .is_none();
        assert!(!direct || still, "{url} without {no_proxy:?}");
        let named = [&more, host.as_bytes()].concat();
        let named = usual(&named).expect("more of the same");
        assert!(
            named.proxy_for(&url).is_none(),
            "{url} without {no_proxy:?}"
        );
    }
    let all = usual(b"").expect("no exceptions");
    assert!(all.proxy_for(&url).is_some(), "{url}");
}

/// Whether a pattern with any `*` is that of a text.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    if first.len() == pattern.len() {
        return rest.is_empty();
    }
    let mut parts: Vec<_> = parts.collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}
