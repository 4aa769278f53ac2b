//! The ID that each request has.

use reqwest::header::HeaderValue;

use super::*;

#[tokio::test]
async fn a_harmless_request_id_is_taken_over() {
    let (_platform, service) = start().await;
    let longest = "x".repeat(64);
    for id in ["1", "a-b_c.D9", &longest] {
        let request = service.request(Method::GET, "/whoami");
        let reply = send(request.header("x-request-id", id)).await;
        assert_eq!(reply.header("x-request-id"), id);
    }
}

#[tokio::test]
async fn any_other_request_id_is_replaced() {
    let (_platform, service) = start().await;
    let too_long = "x".repeat(65);
    for id in ["", " ", "a b", "a=b", "\"", "a/b", "\u{e4}", &too_long] {
        let header = HeaderValue::from_bytes(id.as_bytes()).unwrap();
        let request = service.request(Method::GET, "/whoami");
        let reply = send(request.header("x-request-id", header)).await;
        assert_is_own_id(&reply);
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_no_two_the_same() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    let mut ids = std::collections::BTreeSet::new();
    for path in [
        "/whoami",
        "/nothing",
        "/failure",
        "/health",
        "/health/liveness",
    ] {
        for reply in [
            service.get(path).await,
            service.call(&admin, Method::GET, path).await,
        ] {
            assert_is_own_id(&reply);
            ids.insert(reply.header("x-request-id").to_owned());
        }
    }
    assert_eq!(ids.len(), 10);
}

#[track_caller]
fn assert_is_own_id(reply: &Reply) {
    let id = reply.header("x-request-id");
    let hexadecimal = id.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(id.len() == 16 && hexadecimal, "{reply:#?}");
}
