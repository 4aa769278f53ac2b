//! The platform through proxies.

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use c8y_microservice::PlatformError;
use c8y_microservice::http::Method;

use crate::support::{ProxyServer, RawStandIn, Setup, StandIn, TlsServer, environment, free_port};

/// The proxies are used for the loopback interface, too.
const NO_EXCEPTIONS: (&str, &str) = ("PROXY_HTTP_NON_PROXY_HOSTS", "none.example");

const NOWHERE: &str = "https://outside.example";

fn server() -> StandIn {
    StandIn::start(|app| {
        app.default_service(web::to(|| async { HttpResponse::Ok().body("{}") }));
    })
}

/// What the proxies see of a request to the platform.
async fn through_to_the_platform(variables: &[(&str, &str)], proxy: &ProxyServer, url: &str) {
    let mut setup = Setup::new(environment(url, free_port()));
    for (name, value) in variables {
        setup = setup.env(name, value);
    }
    let service = setup.ready().await;
    let client = service.client("t1").await;
    let answer = client.request(Method::GET, "/inventory/managedObjects");
    let answer = answer.send().await;
    assert!(answer.is_ok(), "{answer:?}; {:?}", proxy.asked());
}

#[tokio::test]
async fn the_platform_is_reached_directly_whatever_it_sets() {
    let platform = server();
    let proxy = ProxyServer::http(platform.address());
    let variables = [
        ("PROXY_HTTP_HOST", "127.0.0.1"),
        ("PROXY_HTTP_PORT", &proxy.port()),
        ("PROXY_SOCKS_HOST", "127.0.0.1"),
        NO_EXCEPTIONS,
    ];
    through_to_the_platform(&variables, &proxy, &platform.url()).await;
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
    assert_eq!(platform.requests(), ["GET /inventory/managedObjects"]);
}

#[tokio::test]
async fn the_platform_is_reached_through_http_proxy_and_directly_again_with_no_proxy() {
    let platform = server();
    let proxy = ProxyServer::http(platform.address());
    let usual = format!("http://{}", proxy.address());
    let variables = [("HTTP_PROXY", usual.as_str()), ("NO_PROXY", "127.0.0.1")];
    through_to_the_platform(&variables[..1], &proxy, &platform.url()).await;
    let expected = [format!("GET {}/inventory/managedObjects", platform.url())];
    assert_eq!(proxy.targets(), expected);
    through_to_the_platform(&variables, &proxy, &platform.url()).await;
    assert_eq!(proxy.targets(), expected);
    assert_eq!(platform.requests().len(), 2, "{:?}", platform.requests());
}

#[tokio::test]
async fn an_https_platform_is_reached_through_https_proxy() {
    let platform = TlsServer::start();
    let proxy = ProxyServer::http(platform.address());
    let variables = [
        ("HTTPS_PROXY", &*format!("http://{}", proxy.address())),
        ("SSL_CERT_FILE", &platform.authority_file()),
    ];
    through_to_the_platform(&variables, &proxy, NOWHERE).await;
    assert_eq!(proxy.targets(), ["CONNECT outside.example:443"]);
    assert_eq!(
        platform.requests(),
        ["GET /inventory/managedObjects HTTP/1.1"]
    );
}

#[tokio::test]
async fn a_proxy_of_the_platform_that_is_down_is_named_by_the_error() {
    let port = free_port();
    let usual = format!("http://someone:hunter2@127.0.0.1:{port}");
    let url = "http://cumulocity.example:8111";
    let setup = Setup::new(environment(url, free_port()));
    let service = setup.env("HTTP_PROXY", &usual).ready().await;
    let client = service.client("t1").await;
    let answer = client.request(Method::GET, "/tenant/currentTenant").send();
    let error = answer.await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, PlatformError::Unreachable(_)), "{text}");
    let proxy = format!("through the proxy 127.0.0.1:{port} (HTTP_PROXY)");
    assert!(text.contains(&proxy), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[tokio::test]
async fn the_login_of_its_proxy_goes_to_the_proxy_alone() {
    let plain = server();
    let tls = TlsServer::start();
    let file = tls.authority_file();
    let login = format!("Basic {}", STANDARD.encode("someone:hunter@2"));
    for (variable, url, server) in [
        ("HTTP_PROXY", "http://outside.example", plain.address()),
        ("HTTPS_PROXY", NOWHERE, tls.address()),
    ] {
        let proxy = ProxyServer::http(server);
        let usual = format!("http://someone:hunter%402@{}", proxy.address());
        let variables = [(variable, usual.as_str()), ("SSL_CERT_FILE", &file)];
        through_to_the_platform(&variables, &proxy, url).await;
        let asked = proxy.asked();
        assert_eq!(asked[0].login.as_ref(), Some(&login), "{asked:?}");
    }
    let direct = RawStandIn::start("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    let url = format!("http://{}", direct.address());
    let unused = [
        ("HTTP_PROXY", "http://a:b@127.0.0.1:1"),
        ("NO_PROXY", "127.0.0.1"),
    ];
    let nobody = ProxyServer::http(direct.address());
    through_to_the_platform(&unused, &nobody, &url).await;
    let head = direct.requests().concat().to_ascii_lowercase();
    assert!(!head.contains("proxy-authorization"), "{head}");
}

#[tokio::test]
async fn a_socks_proxy_resolves_the_platforms_name_where_its_scheme_says_so() {
    let platform = server();
    let port = platform.address().port();
    let localhost = format!("http://localhost:{port}");
    let here = format!("name localhost:{port}");
    for (scheme, url, target) in [
        (
            "socks5h",
            "http://outside.example",
            "name outside.example:80",
        ),
        ("socks5h", &*localhost, &*here),
        ("socks5", &*localhost, "address "),
    ] {
        let proxy = ProxyServer::socks(platform.address());
        let all = format!("{scheme}://someone:hunter2@{}", proxy.address());
        through_to_the_platform(&[("ALL_PROXY", &all)], &proxy, url).await;
        let asked = proxy.asked();
        assert!(asked[0].target.starts_with(target), "{scheme}: {asked:?}");
        assert_eq!(asked[0].login.as_deref(), Some("someone:hunter2"));
    }
}

#[tokio::test]
async fn tls_is_spoken_with_the_platform_behind_a_socks_proxy() {
    let platform = TlsServer::start();
    let proxy = ProxyServer::socks(platform.address());
    let variables = [
        ("HTTPS_PROXY", &*format!("socks5h://{}", proxy.address())),
        ("SSL_CERT_FILE", &platform.authority_file()),
    ];
    through_to_the_platform(&variables, &proxy, NOWHERE).await;
    assert_eq!(proxy.targets(), ["name outside.example:443"]);
    assert_eq!(
        platform.requests(),
        ["GET /inventory/managedObjects HTTP/1.1"]
    );
}
