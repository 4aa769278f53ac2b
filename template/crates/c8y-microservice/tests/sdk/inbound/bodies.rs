//! Bodies, as endpoints ask for them.

use super::*;
use crate::support::assert_error_form;

const BODY_LIMIT: usize = 256 * 1024;

async fn echo(service: &TestService, body: impl Into<reqwest::Body>) -> Reply {
    let request = service.request(Method::POST, "/echo").body(body);
    send(User::admin_of("t100").sign(request)).await
}

#[tokio::test]
async fn a_body_is_read_as_it_is_asked_for() {
    let (_platform, service) = start().await;
    assert_eq!(echo(&service, "").await.expect(200), json!({"number": 0}));
    let reply = echo(&service, r#"{"number":7}"#).await;
    assert_eq!(reply.expect(200), json!({"number": 7}));
}

#[tokio::test]
async fn a_body_that_does_not_fit_is_unprocessable_and_the_field_is_named() {
    let (_platform, service) = start().await;
    for (body, part) in [
        (r#"{"number":"x"}"#, "number"),
        (r#"{"number":256}"#, "number"),
        (r#"{"other":1}"#, "other"),
        ("[1]", "the body is not a JSON object"),
        ("no JSON", "the body is not a JSON object"),
        ("\u{0}", "the body is not a JSON object"),
    ] {
        let reply = echo(&service, body).await;
        assert_error_form(&reply, 422, "undefined/validationError");
        let message = reply.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(part), "{body}: {message}");
    }
}

#[tokio::test]
async fn a_body_larger_than_the_limit_is_too_large() {
    let (_platform, service) = start().await;
    let just_fits = format!("{{}}{}", " ".repeat(BODY_LIMIT - 2));
    assert_eq!(echo(&service, just_fits).await.status, 200);
    let reply = echo(&service, " ".repeat(BODY_LIMIT + 1)).await;
    assert_error_form(&reply, 413, "microservice/Payload Too Large");
}
