//! Other microservices, through the gateway.

use actix_web::{HttpRequest, HttpResponse, web};
use c8y_microservice::PlatformError;
use c8y_microservice::http::Method;
use serde_json::{Value, json};

use super::{Place, assert_invalid, assert_not_found};
use crate::support::{StandIn, client_at};

/// A service that says what has reached it.
fn echo() -> StandIn {
    StandIn::start(|app| {
        app.default_service(web::to(answer));
    })
}

async fn answer(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header = |name| {
        let value = request.headers().get(name);
        value.and_then(|value| value.to_str().ok())
    };
    HttpResponse::Ok().json(json!({
        "method": request.method().as_str(),
        "uri": request.uri().to_string(),
        "authorization": header("authorization"),
        "key": header("x-cumulocity-application-key"),
        "media": header("content-type"),
        "body": String::from_utf8_lossy(&body),
    }))
}

/// A place whose tenant has also subscribed to the service `other`.
async fn with_other() -> (Place, StandIn) {
    let place = Place::with_roles(&["ROLE_INVENTORY_READ"]).await;
    let other = echo();
    place.platform.add_service("other", "t101").await;
    place.platform.set_target("other", other.address());
    (place, other)
}

#[tokio::test]
async fn a_request_reaches_the_other_service_as_the_clients_user() {
    let (place, _other) = with_other().await;
    let service = place.client.service("other");
    let answer = service
        .post("/a/b%2Fc/?x=1")
        .query("y", "ä & b")
        .json(&json!({"bar": 7}))
        .send()
        .await
        .unwrap();
    let seen: Value = answer.json().unwrap();
    assert_eq!(seen["method"], "POST");
    assert_eq!(seen["uri"], "/a/b%2Fc/?x=1&y=%C3%A4+%26+b");
    assert_eq!(seen["body"], r#"{"bar":7}"#);
    let environment = place.platform.bootstrap_environment(1);
    assert_eq!(seen["key"], environment["APPLICATION_KEY"].as_str());
    let authorization = seen["authorization"].as_str().unwrap();
    assert!(authorization.starts_with("Basic "), "{seen}");
    let expected = "POST /service/other/a/b%2Fc/?x=1&y=%C3%A4+%26+b";
    assert_eq!(place.requests(), [expected]);
}

#[tokio::test]
async fn each_method_has_a_shorthand() {
    let (place, _other) = with_other().await;
    let service = place.client.service("other");
    let requests = [
        ("GET", service.get("/x")),
        ("POST", service.post("/x")),
        ("PUT", service.put("/x")),
        ("DELETE", service.delete("/x")),
        ("PATCH", service.request(Method::PATCH, "/x")),
    ];
    for (method, request) in requests {
        let seen: Value = request.send().await.unwrap().json().unwrap();
        assert_eq!(seen["method"], method);
    }
}

#[tokio::test]
async fn a_body_of_any_media_type_goes_along() {
    let (place, _other) = with_other().await;
    let service = place.client.service("other");
    let request = service.put("/x").body("text/csv", "pump,bar\n");
    let seen: Value = request.send().await.unwrap().json().unwrap();
    assert_eq!(seen["media"], "text/csv");
    assert_eq!(seen["body"], "pump,bar\n");
    let refused = service.put("/x").body("csv", "pump,bar\n").send().await;
    assert_invalid(refused, "no media type");
}

#[tokio::test]
async fn a_service_that_the_tenant_has_not_subscribed_to_is_not_found() {
    let (place, other) = with_other().await;
    let answer = place.client.service("another").get("/x").send().await;
    assert_not_found(answer);
    let theirs = place.service.client("t102").await;
    assert_not_found(theirs.service("other").get("/x").send().await);
    assert_eq!(other.requests(), [""; 0]);
}

#[tokio::test]
async fn a_service_that_does_not_run_is_an_error_of_the_gateway() {
    let place = Place::with_roles(&[]).await;
    place.platform.add_service("other", "t101").await;
    let answer = place.client.service("other").get("/x").send().await;
    let Err(PlatformError::Other(answer)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(answer.status, 503);
}

#[tokio::test]
async fn no_name_leads_elsewhere() {
    let platform = echo();
    let (_service, client) = client_at(&platform.url()).await;
    for name in [
        "",
        ".",
        "..",
        "/",
        "//",
        "a/b",
        "../tenant",
        "%2e%2e",
        "a%2Fb",
        "a\\b",
        "a?b",
        "a#b",
        "a b",
        "ä",
        "a\n",
        ".\t.",
    ] {
        let refused = client.service(name).get("/x").send().await;
        assert_invalid(refused, "no context path");
    }
    assert_eq!(platform.requests(), [""; 0]);
}

#[tokio::test]
async fn no_path_leads_out_of_the_service() {
    let platform = echo();
    let (_service, client) = client_at(&platform.url()).await;
    let service = client.service("other");
    for path in [
        "",
        "x",
        "?x",
        "//",
        "//x",
        "/x//y",
        "/..",
        "/.",
        "/../x",
        "/x/../../y",
        "/x/./y",
        "/x/..",
        "/%2e%2e/x",
        "/%2E./x",
        "/x/%2e%2e%2fy",
        "/..%2fx",
        "/x%2f%2e%2e",
        "/..\\x",
        "/x\\..\\y",
        "/x%5C..%5Cy",
        "/%252e%252e/x",
        "/%25252e./x",
        "/%%32e%%32e/x",
        "/%25%32%65%25%32%65/x",
        "/%2%65%2e/x",
        "/x/..%3fy/z",
        "/..%2523/x",
        "/..;/x",
        "/..;a=b/x",
        "/%2e%2e%3bx/y",
        "/.\t./x",
        "/.\n./x",
        "/;/x",
        "\\..\\x",
        "/x/..?y",
        "/x/..#y",
        "http://127.0.0.1/x",
    ] {
        let refused = service.get(path).send().await;
        assert_invalid(refused, "no path of a service");
    }
    assert_eq!(platform.requests(), [""; 0]);
}

#[tokio::test]
async fn other_paths_reach_the_service_as_they_are() {
    let platform = echo();
    let (_service, client) = client_at(&format!("{}/c8y", platform.url())).await;
    let service = client.service("My_other-service.2");
    for path in [
        "/",
        "/x",
        "/x/",
        "/x/y.z",
        "/...",
        "/..x",
        "/x..",
        "/a%2Fb",
        "/100%25",
        "/a;b=c/d",
        "/x?y=../..&z=//",
        "/%C3%A4",
    ] {
        service.get(path).send().await.unwrap();
        let last = platform.requests().pop();
        let expected = format!("GET /c8y/service/My_other-service.2{path}");
        assert_eq!(last, Some(expected));
    }
}
