//! The gateway in front of a service.

mod answers;
mod instances;
mod streaming;
mod websocket;

use std::net::TcpStream;

use actix_web::{HttpRequest, HttpResponse, web};
use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::{TestPlatform, service_with};
use crate::users::login::{Tokens, form, login};

/// Answers with what it was asked.
async fn answer(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    if request.path() == "/teapot" {
        return HttpResponse::ImATeapot()
            .append_header(("Set-Cookie", "a=1"))
            .append_header(("Set-Cookie", "b=2"))
            .body("short and stout");
    }
    let headers = request.headers().iter();
    let headers: Vec<(String, String)> = headers
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into(),
            )
        })
        .collect();
    HttpResponse::Ok().content_type("application/json").body(
        json!({
            "method": request.method().as_str(),
            "path": request.uri().to_string(),
            "headers": headers,
            "body": String::from_utf8_lossy(&body),
            "length": body.len(),
        })
        .to_string(),
    )
}

fn platform_with_echo() -> TestPlatform {
    let platform = TestPlatform::start();
    platform
        .platform
        .set_target("example", service_with(answer));
    platform
}

fn header<'a>(seen: &'a Value, name: &str) -> Option<&'a str> {
    let headers = seen["headers"]
        .as_array()
        .expect("a list of headers")
        .iter();
    let mut named = headers.filter(|header| header[0] == name);
    named.next().and_then(|header| header[1].as_str())
}

#[tokio::test]
async fn a_request_reaches_the_service_without_the_prefix_and_otherwise_as_it_was() {
    let platform = platform_with_echo();
    let path = "/service/example/a%20b%2Fc/?x=1%26&y";
    let call = platform.request("t101", "PUT", path).body("some text");
    let seen = call.send().await.expect(200).json();
    assert_eq!(seen["method"], "PUT");
    assert_eq!(seen["path"], "/a%20b%2Fc/?x=1%26&y");
    assert_eq!(seen["body"], "some text");
    let seen = platform
        .get("t101", "/service/example")
        .await
        .expect(200)
        .json();
    assert_eq!(seen["path"], "/");
    assert_eq!(
        header(&seen, "transfer-encoding"),
        None,
        "a request without a body has none"
    );
}

#[tokio::test]
async fn credentials_go_on_unchanged_and_the_gateway_adds_where_the_request_came_from() {
    let platform = platform_with_echo();
    let sent = platform
        .request("t101", "GET", "/service/example/")
        .header("host", "t101.localhost:8111")
        .header("cookie", "session=abc; other=1")
        .header("x-xsrf-token", "xsrf")
        .header("tfatoken", "tfa")
        .header("x-forwarded-prefix", "/forged")
        .header("connection", "x-one-hop")
        .header("x-one-hop", "1");
    let seen = sent.send().await.expect(200).json();
    for (name, value) in [
        (
            "authorization",
            Some("Basic dDEwMS9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ=="),
        ),
        ("cookie", Some("session=abc; other=1")),
        ("x-xsrf-token", Some("xsrf")),
        ("tfatoken", Some("tfa")),
        ("x-forwarded-host", Some("t101.localhost:8111")),
        ("x-forwarded-proto", Some("http")),
        ("x-forwarded-prefix", Some("/service/example")),
        ("x-real-ip", Some("127.0.0.1")),
        ("x-one-hop", None),
        ("connection", None),
    ] {
        assert_eq!(header(&seen, name), value, "{name} in {seen}");
    }
    assert_ne!(header(&seen, "host"), Some("t101.localhost:8111"));
}

#[tokio::test]
async fn a_login_by_cookie_goes_on_with_a_phony_basic_header_that_lets_nobody_in() {
    let platform = platform_with_echo();
    let path = "/tenant/oauth?tenant_id=t101";
    let login = login(&platform, path, &form("admin")).send().await;
    let tokens = Tokens::of(&login.expect(200));
    let cookie = format!("authorization={}", tokens.token);
    let call = platform.anonymous("GET", "/service/example/");
    let call = call.header("cookie", &cookie);
    let seen = call.header("x-xsrf-token", &tokens.xsrf).send().await;
    let seen = seen.expect(200).json();
    assert_eq!(header(&seen, "cookie"), Some(cookie.as_str()));
    let phony = header(&seen, "authorization").expect("a header for old services");
    assert!(phony.starts_with("Basic "), "{phony}");
    let call = platform.anonymous("GET", "/user/currentUser");
    let answer = call.header("authorization", phony).send().await;
    answer.refused(401);
}

#[tokio::test]
async fn the_services_answer_comes_back_as_it_was() {
    let platform = platform_with_echo();
    let answer = platform
        .get("t101", "/service/example/teapot")
        .await
        .expect(418);
    assert_eq!(answer.text, "short and stout");
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(answer.header("content-length"), "15");
}

#[tokio::test]
async fn a_large_body_passes_through() {
    let platform = platform_with_echo();
    let body = vec![b'x'; 200_000];
    let call = platform
        .request("t101", "POST", "/service/example/")
        .body(body);
    assert_eq!(call.send().await.expect(200).json()["length"], 200_000);
}

#[tokio::test]
async fn only_authenticated_users_of_subscribed_tenants_reach_the_service() {
    let platform = platform_with_echo();
    let path = "/service/example/";
    assert_eq!(
        platform.anonymous("GET", path).send().await.refused(401),
        "security/Unauthorized"
    );
    let id = platform.platform.application_id();
    platform
        .delete("t100", &format!("/tenant/tenants/t102/applications/{id}"))
        .await
        .expect(204);
    platform.get("t101", path).await.expect(200);
    assert_eq!(
        platform.get("t102", path).await.refused(404),
        "gateway/Not Found"
    );
    assert_eq!(
        platform.get("t101", "/service/unknown/").await.refused(404),
        "gateway/Not Found"
    );
}

#[tokio::test]
async fn a_service_that_does_not_run_is_unavailable() {
    let platform = TestPlatform::start();
    let answer = platform.get("t101", "/service/example/").await;
    assert!(answer.text.contains("no instance"), "{}", answer.text);
    assert_eq!(answer.refused(503), "gateway/Service Unavailable");
    // A port that is taken, by a connection: nobody can come to listen on it meanwhile.
    let connection = TcpStream::connect(platform.platform.address()).expect("a connection");
    let address = connection.local_addr().expect("its address");
    platform.platform.set_target("example", address);
    let answer = platform.get("t101", "/service/example/").await;
    assert!(
        answer.text.contains(&address.to_string()),
        "{}",
        answer.text
    );
    assert_eq!(answer.refused(503), "gateway/Service Unavailable");
}

#[tokio::test]
async fn with_isolation_per_tenant_the_one_instance_serves_its_tenant_only() {
    let platform = TestPlatform::with_manifest(json!({
        "apiVersion": "2", "name": "example", "version": "1.0.0", "provider": "c8y",
        "isolation": "PER_TENANT",
    }));
    platform
        .platform
        .set_target("example", service_with(answer));
    platform.get("t101", "/service/example/").await.expect(200);
    let answer = platform.get("t102", "/service/example/").await;
    assert!(
        answer.text.contains("tenant t102 has no instance"),
        "{}",
        answer.text
    );
    answer.refused(503);

    let environment = platform.platform.bootstrap_environment(80);
    let user = format!("{}/{}", environment["C8Y_TENANT"], environment["C8Y_USER"]);
    assert_eq!(user, "t101/service_example");
    let call = platform
        .anonymous("GET", "/alarm/alarms")
        .user(&user, &environment["C8Y_PASSWORD"]);
    call.send().await.expect(200);
    let other = platform
        .anonymous("GET", "/alarm/alarms")
        .user(&user, PASSWORD);
    other.send().await.expect(401);
}
