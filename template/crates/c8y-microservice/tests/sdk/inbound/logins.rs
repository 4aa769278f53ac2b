//! Ways to log in beside basic authentication, and what of them goes on to the platform.

use actix_web::http::StatusCode;
use reqwest::header::{AUTHORIZATION, COOKIE};

use super::*;
use crate::support::{Session, assert_error_form};

const CURRENT_USER: &str = "/user/currentUser";
const CURRENT_TENANT: &str = "/tenant/currentTenant";

/// `Basic base64("t1/admin:<fake password>")`.
const PHONY: &str = "Basic dDEvYWRtaW46PGZha2UgcGFzc3dvcmQ+";

#[tokio::test]
async fn a_login_by_cookie_is_verified_with_its_xsrf_token() {
    let (platform, service) = start().await;
    for tenant in ["t100", "t102"] {
        let session = platform.log_in(&User::admin_of(tenant)).await;
        let known = send(session.sign(get_whoami(&service))).await.expect(200);
        let seen = (&known["tenant"], &known["name"]);
        assert_eq!(seen, (&json!(tenant), &json!("admin")));
    }
}

#[tokio::test]
async fn a_cookie_with_no_xsrf_token_or_another_ones_is_refused() {
    let (platform, service) = start().await;
    let Session { token, xsrf } = platform.log_in(&User::admin_of("t101")).await;
    let other = platform.log_in(&User::admin_of("t101")).await;
    let cookie = format!("authorization={token}");
    let request = get_whoami(&service).header(COOKIE, &cookie);
    assert_error_form(&send(request).await, 401, UNAUTHORIZED);
    for wrong in ["", "wrong", &other.xsrf] {
        let request = get_whoami(&service).header(COOKIE, &cookie);
        let reply = send(request.header("X-XSRF-TOKEN", wrong)).await;
        assert_error_form(&reply, 401, UNAUTHORIZED);
    }
    let right = Session { token, xsrf };
    send(right.sign(get_whoami(&service))).await.expect(200);
}

#[tokio::test]
async fn a_bearer_token_is_verified() {
    let (platform, service) = start().await;
    let session = platform.log_in(&User::admin_of("t103")).await;
    let request = get_whoami(&service).bearer_auth(&session.token);
    let known = send(request).await.expect(200);
    assert_eq!(known["tenant"], "t103");
    let request = get_whoami(&service).bearer_auth(format!("{}x", session.token));
    assert_error_form(&send(request).await, 401, UNAUTHORIZED);
}

#[tokio::test]
async fn a_second_factor_goes_along_with_the_password() {
    let (platform, service) = start().await;
    let user = platform.add_user("t101", "careful", &[]).await;
    let second_factor = platform.activate_second_factor(&user).await;
    assert_error_form(&whoami(&service, &user).await, 401, UNAUTHORIZED);
    let with = |code: &str| user.sign(get_whoami(&service)).header("tfatoken", code);
    assert_error_form(&send(with("000")).await, 401, UNAUTHORIZED);
    let known = send(with(&second_factor.code())).await.expect(200);
    assert_eq!(known["name"], "careful");
}

#[tokio::test]
async fn the_phony_header_beside_a_cookie_is_not_believed() {
    let (platform, service) = start().await;
    let session = platform.log_in(&User::admin_of("t101")).await;
    let phony = User::new("t100/admin", "<fake password>");
    let request = phony.sign(session.sign(get_whoami(&service)));
    assert_eq!(send(request).await.expect(200)["tenant"], "t101");
    // Not even one with the right password, or in a scheme that there is not.
    let request = User::admin_of("t100").sign(session.sign(get_whoami(&service)));
    assert_eq!(send(request).await.expect(200)["tenant"], "t101");
    let request = session.sign(get_whoami(&service));
    let request = request.header(AUTHORIZATION, "Phony");
    assert_eq!(send(request).await.expect(200)["tenant"], "t101");
}

#[tokio::test]
async fn beside_a_cookie_nothing_is_sent_on_but_its_xsrf_token_and_the_second_factor() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    let request = get_whoami(&service)
        .header(AUTHORIZATION, PHONY)
        .header(COOKIE, "a=b; authorization=the.to.ken; XSRF-TOKEN=x; c=d")
        .header("X-XSRF-TOKEN", "xsrf")
        .header("tfatoken", "123456");
    send(request).await.expect(200);
    let expected = [[
        "cookie: authorization=the.to.ken",
        "tfatoken: 123456",
        KEY,
        "x-xsrf-token: xsrf",
    ]];
    for path in [CURRENT_USER, CURRENT_TENANT] {
        assert_eq!(platform.signatures(path), expected, "{path}");
    }
}

#[tokio::test]
async fn without_a_cookie_the_header_and_the_second_factor_are_sent_on_alone() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    for header in ["bearer an-opaque-token", "Bearer a.b.c", "Basic bmFtZTo="] {
        let request = get_whoami(&service)
            .header(AUTHORIZATION, header)
            .header(COOKIE, "a=b; authorization=; Authorization=no")
            .header("X-XSRF-TOKEN", "xsrf")
            .header("tfatoken", "123456");
        send(request).await.expect(200);
        let seen = platform.signatures(CURRENT_USER);
        let authorization = format!("authorization: {header}");
        let expected = [&authorization, "tfatoken: 123456", KEY];
        assert_eq!(seen.last().unwrap(), &expected);
    }
}

#[tokio::test]
async fn what_a_token_claims_is_not_believed() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    let token = token(&json!({"ten": "t1", "sub": "admin", "iss": "t1.example.com"}));
    let by_bearer = get_whoami(&service).bearer_auth(&token);
    let by_cookie = get_whoami(&service).header(COOKIE, format!("authorization={token}"));
    for request in [by_bearer, by_cookie] {
        let known = send(request).await.expect(200);
        let expected = json!({"tenant": "t7", "name": "someone", "roles": []});
        assert_eq!(known, expected);
    }
}

#[tokio::test]
async fn a_basic_header_that_can_be_read_in_two_ways_names_no_tenant() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    for login in ["t1/t2/admin", "/admin", "t1/", "admin", "t1//admin"] {
        let known = whoami(&service, &User::new(login, "p")).await.expect(200);
        assert_eq!(known["tenant"], "t7", "{login}");
    }
    let known = whoami(&service, &User::new("t1/admin", "p/q:r")).await;
    assert_eq!(known.expect(200)["tenant"], "t1");
}

#[tokio::test]
async fn malformed_credentials_are_refused_and_go_nowhere() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    let huge = format!("Authorization: Basic {}\r\n", "%".repeat(50_000));
    for headers in [
        &b""[..],
        b"Authorization: Basic bmFtZTo=\r\nAuthorization: Basic bmFtZTo=\r\n",
        b"Authorization: Basic bmFtZTo=\r\nAuthorization: Bearer a\r\n",
        b"Cookie: authorization=a\r\nCookie: authorization=b\r\n",
        b"Cookie: authorization=a; authorization=b\r\n",
        b"Cookie: authorization=a; authorization=a\r\n",
        b"Cookie: x=\"; authorization=a; authorization=b\"\r\n",
        b"Cookie: authorization=\xff\xfe\r\n",
        b"Cookie: authorization=a\r\nX-XSRF-TOKEN: 1\r\nX-XSRF-TOKEN: 2\r\n",
        b"Authorization: Bearer a\r\ntfatoken: 1\r\ntfatoken: 2\r\n",
        b"Cookie: authorization\r\n",
        b"Cookie: =authorization\r\n",
        b"Cookie: ;;;=;=;\r\n",
        b"Authorization: \xff\xfe\r\n",
        b"Authorization: Bearer \xc3\xa4\r\n",
        b"Authorization: Basic Og\r\n",
        b"Authorization: Basic \xe2\x82\xac\r\n",
        b"Authorization: Digest username=\"a\"\r\n",
        b"Authorization: Negotiate bmFtZTo=\r\n",
        b"Authorization: bmFtZTo=\r\n",
        b"Authorization: Basic,bmFtZTo=\r\n",
        b"Proxy-Authorization: Basic bmFtZTo=\r\n",
        b"X-XSRF-TOKEN: 1\r\ntfatoken: 1\r\n",
        huge.as_bytes(),
    ] {
        let answer = raw(&service, "/whoami", headers).await;
        let headers = String::from_utf8_lossy(headers);
        assert!(answer.starts_with("HTTP/1.1 401 "), "{headers}: {answer}");
        assert!(answer.contains(UNAUTHORIZED), "{headers}: {answer}");
    }
    assert_eq!(platform.signatures(CURRENT_USER), [[""; 0]; 0]);
    // It is alive, and other cookies may be anything.
    let headers = b"Cookie: a=\xff\"; b; authorization=a.b.c; =\r\n";
    let answer = raw(&service, "/whoami", headers).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

/// A platform that answers like this whether the user is valid.
fn answering(status: u16, body: &'static str) -> StandIn {
    StandIn::start(move |app| {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = move || async move { HttpResponse::build(status).body(body) };
        app.route(CURRENT_USER, web::get().to(answer));
        current_tenant(app);
    })
}

const DENIED: &str = r#"{"error":"security/Forbidden","message":"Access is denied"}"#;

#[tokio::test]
async fn a_user_that_the_platform_denies_its_own_data_is_verified_without_roles() {
    let platform = answering(403, DENIED);
    let service = at_stand_in(&platform).await;
    let known = whoami(&service, &User::new("t1/device_7", "p")).await;
    let expected = json!({"tenant": "t1", "name": "device_7", "roles": []});
    assert_eq!(known.expect(200), expected);
    let known = whoami(&service, &User::new("device_7", "p")).await;
    assert_eq!(known.expect(200)["tenant"], "t7");
}

#[tokio::test]
async fn a_403_that_is_not_the_platforms_verifies_nobody() {
    for body in [
        "",
        "<html>Forbidden by policy</html>",
        r#"{"message":"Forbidden by policy"}"#,
        r#"{"error":"gateway/Forbidden","message":"Forbidden by policy"}"#,
        r#"{"error":"security/Forbidden"}"#,
    ] {
        let platform = answering(403, body);
        let service = at_stand_in(&platform).await;
        let reply = whoami(&service, &User::new("t1/admin", "p")).await;
        assert_error_form(&reply, 503, UNAVAILABLE);
        assert!(!reply.text.contains("policy"), "{reply:#?}");
    }
}

#[tokio::test]
async fn a_user_that_may_read_neither_itself_nor_its_tenant_has_to_name_the_tenant() {
    let platform = StandIn::start(|app| {
        let denied = || async { HttpResponse::Forbidden().body(DENIED) };
        app.default_service(web::to(denied));
    });
    let service = Setup::new(platform.environment(free_port()));
    let service = service.env("APPLICATION_KEY", "key").start().await;
    let reply = whoami(&service, &User::new("device_7", "p")).await;
    assert_error_form(&reply, 403, FORBIDDEN);
    let message = "The user may not read its tenant; credentials as tenant/user would name it";
    assert_eq!(reply.json()["message"], message);
    let known = whoami(&service, &User::new("t1/device_7", "p")).await;
    assert_eq!(known.expect(200)["name"], "device_7");
}

#[tokio::test]
async fn an_answer_that_says_nothing_of_the_user_is_unavailable() {
    for (status, body) in [
        (200, "{}"),
        (200, r#"{"effectiveRoles":[]}"#),
        (200, "<html>Log in</html>"),
        (200, r#"{"userName":"a","effectiveRoles":{}}"#),
        (
            429,
            r#"{"error":"general/tooManyRequests","message":"slow down"}"#,
        ),
        (404, ""),
        (407, ""),
        (503, "<html>down</html>"),
    ] {
        let platform = answering(status, body);
        let service = at_stand_in(&platform).await;
        let reply = whoami(&service, &User::new("t1/admin", "p")).await;
        assert_error_form(&reply, 503, UNAVAILABLE);
    }
}

#[tokio::test]
async fn what_the_platform_says_of_the_service_is_not_said_of_the_caller() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).without("APPLICATION_KEY");
    let setup = setup.env("C8Y_BOOTSTRAP_PASSWORD", "wrong");
    let service = setup.start().await;
    let reply = whoami(&service, &User::admin_of("t100")).await;
    assert_error_form(&reply, 503, UNAVAILABLE);
    assert_eq!(checks(&platform), 0);
}

#[tokio::test]
async fn a_tenant_that_cannot_be_confirmed_is_unavailable() {
    let platform = StandIn::start(current_user);
    let service = at_stand_in(&platform).await;
    let request = get_whoami(&service).bearer_auth("a.b.c");
    assert_error_form(&send(request).await, 503, UNAVAILABLE);
}
