//! Who calls: basic credentials, and none.

use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::*;
use crate::support::{Restartable, assert_error_form};

/// `Bytes` in actix-web, unless configured.
const BODY_LIMIT: usize = 256 * 1024;

async fn with_authorization(service: &TestService, header: HeaderValue) -> Reply {
    send(get_whoami(service).header(AUTHORIZATION, header)).await
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
    for path in ["/tenants", "/failure", "/panic", "/resource"] {
        assert_error_form(&service.get(path).await, 401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn what_the_platform_cannot_verify_is_unavailable_not_refused() {
    let mut platform = Restartable::start();
    let service = Setup::at_restartable(&platform).ready().await;
    platform.go_down();
    let reply = whoami(&service, &User::admin_of("t100")).await;
    assert_error_form(&reply, 503, UNAVAILABLE);
    // A connection that was left open may be what ends.
    let message = reply.json()["message"].clone();
    let expected = ["cannot be reached", "did not answer"].map(|it| {
        json!(format!(
            "The credentials could not be verified: the platform {it}"
        ))
    });
    assert!(expected.contains(&message), "{message}");
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
        assert_error_form(&reply, 503, UNAVAILABLE);
        assert!(!reply.text.contains("a detail"), "{reply:#?}");
    }
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
