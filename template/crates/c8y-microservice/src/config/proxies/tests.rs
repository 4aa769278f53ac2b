use std::collections::HashMap;
use std::ffi::OsString;

use super::*;
use crate::config::ConfigError;

const PLATFORM: &str = "http://cumulocity:8111";

fn read(variables: &[(&str, &str)]) -> Result<Proxies, ConfigError> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let lookup = |name: &str| variables.get(name).map(OsString::from);
    let mut env = Reader::new(&lookup);
    let proxies = Proxies::read(&mut env);
    env.finish(Some(proxies))
}

/// Which proxy an address takes: the variable, host and port.
#[track_caller]
fn route(variables: &[(&str, &str)], url: &str) -> String {
    let platform = Url::parse(PLATFORM).unwrap();
    let proxies = read(variables).unwrap();
    let proxy = proxies.of(&Url::parse(url).unwrap(), &platform);
    proxy.map_or("direct".to_owned(), ToString::to_string)
}

#[track_caller]
fn problem(name: &str, value: &str) -> String {
    let error = read(&[(name, value)]).expect_err(value);
    let [problem] = error.problems() else {
        panic!("{value}: {error}");
    };
    assert_eq!(problem.variable, name, "{value}");
    problem.message.clone()
}

#[test]
fn each_protocol_takes_its_proxy_and_the_rest_that_of_socks() {
    let all = [
        ("PROXY_HTTP_HOST", "a"),
        ("PROXY_HTTPS_HOST", "b"),
        ("PROXY_SOCKS_HOST", "c"),
    ];
    let expected = ["a:80 (PROXY_HTTP_HOST)", "b:443 (PROXY_HTTPS_HOST)"];
    let urls = ["http://example.com", "https://example.com"];
    assert_eq!(urls.map(|url| route(&all, url)), expected);
    let socks = "c:1080 (PROXY_SOCKS_HOST)";
    assert_eq!(urls.map(|url| route(&all[1..], url)), [socks, expected[1]]);
    assert_eq!(urls.map(|url| route(&all[2..], url)), [socks, socks]);
    assert_eq!(
        urls.map(|url| route(&all[..1], url)),
        [expected[0], "direct"]
    );
}

#[test]
fn a_port_alone_makes_no_proxy() {
    let ports = [("PROXY_HTTP_PORT", "3128"), ("PROXY_SOCKS_PORT", "1")];
    assert_eq!(route(&ports, "http://example.com"), "direct");
}

#[test]
fn an_address_of_ip_version_6_may_have_brackets() {
    for host in ["fd00::1", "[fd00::1]"] {
        let proxy = [("PROXY_SOCKS_HOST", host), ("PROXY_SOCKS_PORT", "1081")];
        assert_eq!(
            route(&proxy, "http://example.com"),
            "[fd00::1]:1081 (PROXY_SOCKS_HOST)"
        );
    }
}

#[test]
fn without_exceptions_the_loopback_interface_is_reached_directly() {
    let proxy = [("PROXY_HTTP_HOST", "a"), ("PROXY_SOCKS_HOST", "c")];
    for url in ["http://LOCALHOST:1", "https://127.1.2.3", "http://[::1]/"] {
        assert_eq!(route(&proxy, url), "direct", "{url}");
    }
    assert_ne!(route(&proxy, "http://localhost.example.com"), "direct");
}

#[test]
fn exceptions_have_wildcards_at_both_ends_and_hold_for_every_protocol() {
    let exceptions = "*.internal|10.*||*cache*|Plain.example.com";
    let proxies = [
        ("PROXY_HTTP_HOST", "a"),
        ("PROXY_SOCKS_HOST", "c"),
        ("PROXY_HTTP_NON_PROXY_HOSTS", exceptions),
    ];
    for (host, is_direct) in [
        ("db.internal", true),
        ("internal", false),
        ("db.internal.example.com", false),
        ("10.1.2.3", true),
        ("110.1.2.3", false),
        ("my-cache-2", true),
        ("plain.example.com", true),
        ("not-plain.example.com", false),
        ("localhost", false),
    ] {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:8080/path");
            assert_eq!(route(&proxies, &url) == "direct", is_direct, "{url}");
        }
    }
    let everything = [proxies[0], ("PROXY_HTTP_NON_PROXY_HOSTS", "*")];
    assert_eq!(route(&everything, "http://example.com"), "direct");
}

#[test]
fn the_usual_variables_hold_where_the_platform_sets_no_host() {
    let usual = [("HTTP_PROXY", "http://a:3128"), ("https_proxy", "b:3129")];
    assert_eq!(route(&usual, "http://example.com"), "a:3128 (HTTP_PROXY)");
    assert_eq!(route(&usual, "https://example.com"), "b:3129 (https_proxy)");
    let both = [usual.as_slice(), &[("PROXY_SOCKS_HOST", "c")]].concat();
    let socks = "c:1080 (PROXY_SOCKS_HOST)";
    assert_eq!(route(&both, "http://example.com"), socks);
    assert_eq!(route(&both, "https://example.com"), socks);
}

#[test]
fn all_proxy_stands_in_for_the_other_two() {
    let usual = [("ALL_PROXY", "socks5h://c"), ("HTTPS_PROXY", "https://b")];
    assert_eq!(route(&usual, "http://example.com"), "c:1080 (ALL_PROXY)");
    assert_eq!(route(&usual, "https://example.com"), "b:443 (HTTPS_PROXY)");
}

#[test]
fn capitals_win_over_lower_case() {
    let both = [("HTTP_PROXY", "http://a"), ("http_proxy", "http://b")];
    assert_eq!(route(&both, "http://example.com"), "a:80 (HTTP_PROXY)");
}

#[test]
fn a_header_of_a_request_to_a_cgi_program_is_no_proxy() {
    let cgi = [("HTTP_PROXY", "http://a"), ("REQUEST_METHOD", "GET")];
    assert_eq!(route(&cgi, "http://example.com"), "direct");
    let lower = [("http_proxy", "http://b"), cgi[1]];
    assert_eq!(route(&lower, "http://example.com"), "b:80 (http_proxy)");
}

#[test]
fn no_proxy_names_domains_addresses_and_networks() {
    let list = "example.com, .b.example, *.c.example,192.0.2.7,10.0.0.0/8, [fd00::1]";
    let usual = [("ALL_PROXY", "a:1"), ("NO_PROXY", list)];
    for (host, is_direct) in [
        ("example.com", true),
        ("www.Example.com", true),
        ("notexample.com", false),
        ("b.example", true),
        ("x.b.example", true),
        ("x.c.example", true),
        ("192.0.2.7", true),
        ("192.0.2.8", false),
        ("10.255.0.1", true),
        ("11.0.0.1", false),
        ("[fd00::1]", true),
        ("[fd00::2]", false),
    ] {
        let url = format!("https://{host}:8443/path?query");
        assert_eq!(route(&usual, &url) == "direct", is_direct, "{url}");
    }
    let nothing = [("ALL_PROXY", "a:1"), ("no_proxy", "*")];
    for host in ["example.com", "192.0.2.8", "[fd00::2]"] {
        let url = format!("https://{host}/");
        assert_eq!(route(&nothing, &url), "direct", "{url}");
    }
}

#[test]
fn the_platform_is_reached_directly_unless_the_usual_variables_say_otherwise() {
    let url = "http://cumulocity:8111/tenant/currentTenant";
    let runtime = [("PROXY_HTTP_HOST", "a"), ("PROXY_SOCKS_HOST", "c")];
    assert_eq!(route(&runtime, url), "direct");
    let usual = [runtime.as_slice(), &[("HTTP_PROXY", "http://b:3128")]].concat();
    assert_eq!(route(&usual, url), "b:3128 (HTTP_PROXY)");
    let none = [usual.as_slice(), &[("NO_PROXY", "cumulocity")]].concat();
    assert_eq!(route(&none, url), "direct");
    // Another server on the same machine is not the platform.
    let other = "http://cumulocity:9000/";
    assert_eq!(route(&none, other), "a:80 (PROXY_HTTP_HOST)");
}

#[test]
fn a_host_is_a_name_alone() {
    for host in [
        "http://proxy",
        "proxy:3128",
        "user:hunter2@proxy",
        "a b",
        "a/b",
        "[",
        "fd00::x",
    ] {
        let message = problem("PROXY_HTTPS_HOST", host);
        assert!(message.contains("name or an IP address alone"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
    for port in ["0", "65536", "http"] {
        problem("PROXY_HTTP_PORT", port);
    }
}

#[test]
fn a_proxys_address_is_one_with_a_host_and_a_known_scheme() {
    for address in [
        "ftp://proxy",
        "http://",
        "socks5://",
        "http://user:hunter2@",
        "http://user:hunter2@proxy:0",
        "http://user:hunter2@proxy/path",
        "http://proxy?a=hunter2",
        "socks5://user:hunter2@a b",
        "://",
    ] {
        let message = problem("HTTPS_PROXY", address);
        assert!(message.contains("http://proxy:3128"), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_star_in_the_middle_of_an_exception_is_refused() {
    let message = problem("PROXY_HTTP_NON_PROXY_HOSTS", "localhost|a*b");
    assert!(message.contains("`a*b`"), "{message}");
}

#[test]
fn the_login_of_a_proxy_is_not_printed() {
    let usual = [
        ("HTTP_PROXY", "http://someone:hunter2@a:3128/"),
        ("ALL_PROXY", "socks5://someone:hunter2@c"),
    ];
    let proxies = read(&usual).unwrap();
    let shown = format!("{proxies:?} {}", route(&usual, "http://example.com"));
    assert!(shown.contains("a:3128"), "{shown}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("someone"),
        "{shown}"
    );
    let login = proxies.usual.http.unwrap();
    assert_eq!(login.url().password(), Some("hunter2"));
}
