//! What a caller is told that does not get what it wants.

use super::*;
use crate::support::assert_error_form;

#[tokio::test]
async fn an_unknown_path_is_unauthorized_and_to_a_known_caller_not_found() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    for path in ["/", "/nothing", "/whoami/", "/whoami/more", "/nothing?a=b"] {
        assert_error_form(&service.get(path).await, 401, UNAUTHORIZED);
        let reply = service.call(&admin, Method::GET, path).await;
        assert_error_form(&reply, 404, "microservice/Error");
        assert_eq!(reply.json()["message"], "Not Found");
    }
}

#[tokio::test]
async fn a_wrong_method_is_not_allowed_and_the_right_one_is_named() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::POST, "/resource").await;
    assert_error_form(&reply, 405, "microservice/Error");
    assert_eq!(reply.header("allow"), "PUT");
    let reply = service.call(&admin, Method::PUT, "/resource").await;
    assert_eq!(reply.status, 204);
}

#[tokio::test]
async fn a_failure_of_an_endpoint_tells_the_caller_no_detail() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, "/failure").await;
    assert_error_form(&reply, 500, "microservice/Error");
    assert!(!reply.text.contains("a detail"), "{reply:#?}");
}

#[tokio::test]
async fn a_failure_of_the_services_own_middleware_tells_the_caller_no_detail() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, "/behind-a-failure").await;
    assert!(!reply.text.contains("a detail"), "{reply:#?}");
    assert_error_form(&reply, 500, "microservice/Error");
}

#[tokio::test]
async fn an_answer_in_the_right_form_stays_as_the_endpoint_worded_it() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, "/own-form").await;
    let body = reply.expect(409);
    assert_eq!(
        (&body["error"], &body["message"]),
        (&json!("example/Taken"), &json!("taken"))
    );
}

#[tokio::test]
async fn an_answer_in_another_form_keeps_its_headers_but_not_its_body() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, "/busy").await;
    assert_error_form(&reply, 429, "microservice/Error");
    assert_eq!(reply.header("retry-after"), "7");
}

#[tokio::test]
async fn an_endpoint_that_panics_is_answered_for_and_harms_no_other_request() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).routes(|app| {
        let early = || -> std::future::Ready<HttpResponse> { panic!("before there is a future") };
        app.route("/panic/early", web::get().to(early));
    });
    let service = setup.ready().await;
    let admin = User::admin_of("t100");
    for path in ["/panic", "/panic/early"].repeat(5) {
        let reply = service.call(&admin, Method::GET, path).await;
        assert_error_form(&reply, 500, "microservice/Internal Server Error");
        assert_eq!(reply.json()["message"], "Internal error");
        assert_eq!(reply.header("x-request-id").len(), 16);
        whoami(&service, &admin).await.expect(200);
    }
}
