//! Requests that arrive: who calls, and what a refused caller is told.

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::json;

use crate::support::{
    Reply, Restartable, Setup, StandIn, TestPlatform, TestService, User, assert_error_form,
    free_port, send,
};

const UNAUTHORIZED: &str = "security/Unauthorized";
/// `Bytes` in actix-web, unless configured.
const BODY_LIMIT: usize = 256 * 1024;

async fn start() -> (TestPlatform, TestService) {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    (platform, service)
}

async fn whoami(service: &TestService, user: &User) -> Reply {
    service.call(user, Method::GET, "/whoami").await
}

async fn with_authorization(service: &TestService, header: HeaderValue) -> Reply {
    let request = service.request(Method::GET, "/whoami");
    send(request.header(AUTHORIZATION, header)).await
}

async fn echo(service: &TestService, body: impl Into<reqwest::Body>) -> Reply {
    let request = service.request(Method::POST, "/echo").body(body);
    send(User::admin_of("t100").sign(request)).await
}

#[tokio::test]
async fn a_user_is_known_with_tenant_name_and_roles() {
    let (_platform, service) = start().await;
    for tenant in ["t100", "t102"] {
        let reply = whoami(&service, &User::admin_of(tenant)).await;
        let roles = ["ROLE_ALARM_ADMIN", "ROLE_EXAMPLE_CREATE"];
        let expected = json!({"tenant": tenant, "name": "admin", "roles": roles});
        assert_eq!(reply.expect(200), expected);
    }
}

#[tokio::test]
async fn a_user_that_names_no_tenant_belongs_to_the_one_that_the_platform_says() {
    let (_platform, service) = start().await;
    let admin = User::new("admin", local_platform::PASSWORD);
    let known = whoami(&service, &admin).await.expect(200);
    assert_eq!(
        (&known["tenant"], &known["name"]),
        (&json!("t100"), &json!("admin"))
    );
}

#[tokio::test]
async fn a_user_of_a_tenant_that_is_not_subscribed_is_verified_as_itself() {
    let (platform, service) = start().await;
    platform.unsubscribe("t103").await;
    let admin = User::admin_of("t100");
    service
        .call(&admin, Method::POST, "/refresh")
        .await
        .expect(200);
    let known = whoami(&service, &User::admin_of("t103")).await.expect(200);
    assert_eq!(
        (&known["tenant"], &known["name"]),
        (&json!("t103"), &json!("admin"))
    );
}

#[tokio::test]
async fn a_user_that_may_not_read_itself_is_known_without_roles() {
    let (platform, service) = start().await;
    let device = platform.add_user_without_roles("t101", "device_7").await;
    let known = whoami(&service, &device).await.expect(200);
    let expected = json!({"tenant": "t101", "name": "device_7", "roles": []});
    assert_eq!(known, expected);
}

#[tokio::test]
async fn no_credentials_malformed_and_wrong_ones_are_unauthorized() {
    let (_platform, service) = start().await;
    let reply = service.get("/whoami").await;
    assert_error_form(&reply, 401, UNAUTHORIZED);
    for user in [
        User::new("t100/admin", "wrong"),
        User::new("t100/nobody", "local-platform"),
        User::new("t999/admin", "local-platform"),
        User::new("/admin", "local-platform"),
        User::new("t100/", "local-platform"),
        User::new("", ""),
        User::new("t101/t100/admin", "local-platform"),
    ] {
        assert_error_form(&whoami(&service, &user).await, 401, UNAUTHORIZED);
    }
    for header in [
        &b""[..],
        b"Basic",
        b"Basic ",
        b"Basic %%%",
        b"Basic dDEwMC9hZG1pbg==",
        b"Basic /w==",
        b"Bearer abc.def.ghi",
        b"Digest username=\"admin\"",
        b"\xff\xfe",
    ] {
        let header = HeaderValue::from_bytes(header).unwrap();
        let reply = with_authorization(&service, header).await;
        assert_error_form(&reply, 401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_caller_is_refused_before_the_body_is_looked_at() {
    let (_platform, service) = start().await;
    let too_large = " ".repeat(BODY_LIMIT + 1);
    for body in ["", "no JSON", r#"{"number":"x"}"#, &too_large] {
        let request = service.request(Method::POST, "/echo").body(body.to_owned());
        assert_error_form(&send(request).await, 401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn endpoints_are_closed_also_where_they_do_not_ask_for_the_user() {
    let (_platform, service) = start().await;
    for path in [
        "/tenants",
        "/failure",
        "/panic",
        "/resource",
        "/health/",
        "/health/other",
    ] {
        assert_error_form(&service.get(path).await, 401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn what_the_platform_cannot_verify_is_unavailable_not_refused() {
    let mut platform = Restartable::start();
    let service = Setup::at_restartable(&platform).ready().await;
    platform.go_down();
    let reply = whoami(&service, &User::admin_of("t100")).await;
    assert_error_form(&reply, 503, "microservice/Service Unavailable");
    let message = "The credentials could not be verified: the platform cannot be reached";
    assert_eq!(reply.json()["message"], message);
    // Without credentials there is nothing to verify.
    assert_error_form(&service.get("/whoami").await, 401, UNAUTHORIZED);
    platform.come_back();
    whoami(&service, &User::admin_of("t100")).await.expect(200);
}

#[tokio::test]
async fn a_platform_that_answers_nonsense_verifies_nobody_and_is_not_quoted() {
    for (status, body) in [(500, "a detail of the platform"), (200, "[]"), (302, "")] {
        let platform = StandIn::start(move |app| {
            let status = actix_web::http::StatusCode::from_u16(status).unwrap();
            let answer = move || async move { HttpResponse::build(status).body(body) };
            app.default_service(web::to(answer));
        });
        let service = Setup::new(platform.environment(free_port())).ready().await;
        let reply = whoami(&service, &User::new("t1/admin", "p")).await;
        assert_error_form(&reply, 503, "microservice/Service Unavailable");
        assert!(!reply.text.contains("a detail"), "{reply:#?}");
    }
}

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
async fn a_refused_caller_is_told_how_to_authenticate() {
    let (_platform, service) = start().await;
    let reply = service.get("/whoami").await;
    assert_error_form(&reply, 401, UNAUTHORIZED);
    assert_eq!(
        reply.header("www-authenticate"),
        "Basic realm=\"Cumulocity\""
    );
}

#[tokio::test]
async fn an_endpoint_that_panics_harms_no_other_request() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    for _ in 0..5 {
        let request = admin.sign(service.request(Method::GET, "/panic"));
        // The connection may be all that ends.
        if let Ok(answer) = request.send().await {
            assert_eq!(answer.status(), 500);
        }
        whoami(&service, &admin).await.expect(200);
    }
}

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

#[tokio::test]
async fn the_platform_is_asked_with_the_callers_credentials_alone() {
    let (platform, service) = start().await;
    let before = platform.requests().len();
    let admin = User::admin_of("t102");
    whoami(&service, &admin).await.expect(200);
    let seen: Vec<_> = platform.requests().into_iter().skip(before).collect();
    let plain: Vec<_> = seen
        .iter()
        .map(|it| (it.path.as_str(), it.user.as_deref()))
        .collect();
    assert_eq!(plain, [("/user/currentUser", Some("t102/admin"))]);
}
