//! Requests to outside the platform through proxies.

use std::net::{Ipv4Addr, TcpListener};

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use c8y_microservice::http::{self, Client};

use crate::support::{
    Asked, ProxyServer, RawStandIn, StandIn, TlsServer, chain, config, free_port, soon,
};

fn server() -> StandIn {
    StandIn::start(|app| {
        app.default_service(web::to(|| async { HttpResponse::Ok().body("{}") }));
    })
}

fn client(variables: &[(&str, &str)]) -> Client {
    config(variables).http_client().unwrap()
}

async fn get(client: &Client, url: &str) -> http::Response {
    let answer = soon(url, client.get(url).send()).await;
    answer.unwrap_or_else(|error| panic!("{url}: {}", chain(&error)))
}

async fn failure(client: &Client, url: &str) -> http::Error {
    let answer = soon(url, client.get(url).send()).await;
    answer.expect_err(url)
}

#[tokio::test]
async fn an_http_address_takes_the_http_proxy() {
    let server = server();
    let proxy = ProxyServer::http(server.address());
    let socks = ProxyServer::socks(server.address());
    let client = client(&[
        ("PROXY_HTTP_HOST", "127.0.0.1"),
        ("PROXY_HTTP_PORT", &proxy.port()),
        ("PROXY_SOCKS_HOST", "127.0.0.1"),
        ("PROXY_SOCKS_PORT", &socks.port()),
    ]);
    let answer = get(&client, "http://outside.example/greeting?to=you").await;
    assert_eq!(answer.status(), 200);
    let expected = ["GET http://outside.example/greeting?to=you"];
    assert_eq!(proxy.targets(), expected);
    assert_eq!(server.requests(), ["GET /greeting?to=you"]);
    assert!(socks.asked().is_empty(), "{:?}", socks.asked());
}

#[tokio::test]
async fn an_https_address_takes_a_tunnel_through_the_https_proxy() {
    let server = TlsServer::start();
    let proxy = ProxyServer::http(server.address());
    let http = ProxyServer::http(server.address());
    let client = client(&[
        ("PROXY_HTTPS_HOST", "127.0.0.1"),
        ("PROXY_HTTPS_PORT", &proxy.port()),
        ("PROXY_HTTP_HOST", "127.0.0.1"),
        ("PROXY_HTTP_PORT", &http.port()),
        ("SSL_CERT_FILE", &server.authority_file()),
    ]);
    let answer = get(&client, "https://outside.example/greeting").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(proxy.targets(), ["CONNECT outside.example:443"]);
    assert_eq!(server.requests(), ["GET /greeting HTTP/1.1"]);
    assert!(http.asked().is_empty(), "{:?}", http.asked());
}

#[tokio::test]
async fn what_has_no_proxy_of_its_own_takes_the_socks_proxy_which_resolves_the_names() {
    let plain = server();
    let tls = TlsServer::start();
    let to_plain = ProxyServer::socks(plain.address());
    let to_tls = ProxyServer::socks(tls.address());
    let through = |proxy: &ProxyServer| {
        client(&[
            ("PROXY_SOCKS_HOST", "127.0.0.1"),
            ("PROXY_SOCKS_PORT", &proxy.port()),
            ("SSL_CERT_FILE", &tls.authority_file()),
        ])
    };
    get(&through(&to_plain), "http://outside.example/a").await;
    get(&through(&to_tls), "https://outside.example:8443/b").await;
    assert_eq!(to_plain.targets(), ["name outside.example:80"]);
    assert_eq!(to_tls.targets(), ["name outside.example:8443"]);
    assert_eq!(plain.requests(), ["GET /a"]);
    assert_eq!(tls.requests(), ["GET /b HTTP/1.1"]);
}

#[tokio::test]
async fn exceptions_with_a_wildcard_at_either_end_are_reached_directly() {
    let server = server();
    let proxy = ProxyServer::http(server.address());
    for (exceptions, expected) in [
        ("127.*", 0),
        ("*.0.0.1", 0),
        ("*.0.*", 0),
        ("127.0.0", 1),
        ("*.example|127.0.0.2", 1),
    ] {
        let before = proxy.asked().len();
        let client = client(&[
            ("PROXY_HTTP_HOST", "127.0.0.1"),
            ("PROXY_HTTP_PORT", &proxy.port()),
            ("PROXY_HTTP_NON_PROXY_HOSTS", exceptions),
        ]);
        assert_eq!(get(&client, &server.url()).await.status(), 200);
        assert_eq!(proxy.asked().len() - before, expected, "{exceptions}");
    }
}

#[tokio::test]
async fn without_proxies_of_the_platform_those_of_the_usual_variables_are_taken() {
    let server = server();
    let proxy = ProxyServer::http(server.address());
    let usual = format!("http://{}", proxy.address());
    get(
        &client(&[("http_proxy", &usual)]),
        "http://outside.example/a",
    )
    .await;
    assert_eq!(proxy.targets(), ["GET http://outside.example/a"]);
    let except = client(&[("HTTP_PROXY", &usual), ("NO_PROXY", "127.0.0.0/8")]);
    get(&except, &format!("{}/b", server.url())).await;
    assert_eq!(proxy.asked().len(), 1, "{:?}", proxy.asked());
    assert_eq!(server.requests(), ["GET /a", "GET /b"]);
}

#[tokio::test]
async fn the_login_of_a_proxy_is_sent_to_the_proxy_alone_and_never_printed() {
    let server = RawStandIn::start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let tls = TlsServer::start();
    let http = ProxyServer::http(server.address());
    let https = ProxyServer::http(tls.address());
    let config = config(&[
        (
            "HTTP_PROXY",
            &format!("http://someone:hunter%402@{}", http.address()),
        ),
        (
            "HTTPS_PROXY",
            &format!("http://someone:hunter%402@{}", https.address()),
        ),
        ("SSL_CERT_FILE", &tls.authority_file()),
    ]);
    let client = config.http_client().unwrap();
    get(&client, "http://outside.example").await;
    get(&client, "https://outside.example").await;
    let login = format!("Basic {}", STANDARD.encode("someone:hunter@2"));
    for proxy in [http, https] {
        let asked = proxy.asked();
        assert_eq!(asked[0].login.as_ref(), Some(&login), "{asked:?}");
    }
    let head = server.requests().concat().to_ascii_lowercase();
    assert!(!head.contains("authorization"), "{head}");
    let shown = format!("{config:?} {client:?}");
    assert!(!shown.contains("hunter"), "{shown}");
}

#[tokio::test]
async fn the_login_of_a_socks_proxy_is_sent_too() {
    let server = server();
    let proxy = ProxyServer::socks(server.address());
    let all = format!("socks5h://someone:hunter2@{}", proxy.address());
    get(&client(&[("ALL_PROXY", &all)]), "http://outside.example").await;
    let expected = Asked {
        target: "name outside.example:80".to_owned(),
        login: Some("someone:hunter2".to_owned()),
    };
    assert_eq!(proxy.asked(), [expected]);
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named_by_the_error_with_its_variable_and_without_its_login() {
    let port = free_port().to_string();
    let usual = format!("http://someone:hunter2@127.0.0.1:{port}");
    let cases: [(&[(&str, &str)], &str); 4] = [
        (
            &[("PROXY_HTTP_HOST", "127.0.0.1"), ("PROXY_HTTP_PORT", &port)],
            "http://outside.example",
        ),
        (
            &[
                ("PROXY_HTTPS_HOST", "127.0.0.1"),
                ("PROXY_HTTPS_PORT", &port),
            ],
            "https://outside.example",
        ),
        (
            &[
                ("PROXY_SOCKS_HOST", "127.0.0.1"),
                ("PROXY_SOCKS_PORT", &port),
            ],
            "https://outside.example",
        ),
        (&[("HTTP_PROXY", &usual)], "http://outside.example"),
    ];
    for (variables, url) in cases {
        let text = chain(&failure(&client(variables), url).await);
        let proxy = format!("through the proxy 127.0.0.1:{port} ({})", variables[0].0);
        assert!(text.contains(&proxy), "{proxy}: {text}");
        assert!(text.contains("connect"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_the_tunnel_is_named_by_the_error() {
    let refusing = RawStandIn::start("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    let usual = format!("http://{}", refusing.address());
    let client = client(&[("HTTPS_PROXY", &usual)]);
    let text = chain(&failure(&client, "https://outside.example").await);
    let proxy = format!("through the proxy {} (HTTPS_PROXY)", refusing.address());
    assert!(text.contains(&proxy), "{text}");
    assert!(text.contains("authorization required"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_says_nothing_is_given_up_and_named() {
    // Connections are made, and nobody takes them.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = silent.local_addr().unwrap();
    let client = client(&[("HTTPS_PROXY", &format!("http://{address}"))]);
    let error = failure(&client, "https://outside.example").await;
    let text = chain(&error);
    assert!(error.is_connect() && error.is_timeout(), "{text}");
    assert!(
        text.contains(&format!("through the proxy {address} (HTTPS_PROXY)")),
        "{text}"
    );
    assert!(text.contains("no connection within 10000 ms"), "{text}");
}

#[tokio::test]
async fn an_error_without_a_proxy_names_none() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let error = failure(&client(&[("PROXY_HTTP_HOST", "proxy.example")]), &url).await;
    let text = chain(&error);
    assert!(error.is_connect(), "{text}");
    assert!(!text.contains("proxy"), "{text}");
}
