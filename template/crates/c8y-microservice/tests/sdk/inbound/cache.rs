//! How often the platform is asked for callers, and how long they are known.

use std::time::Duration;

use futures_util::future::join_all;
use local_platform::Fault;
use reqwest::header::COOKIE;

use super::*;
use crate::support::{assert_error_form, eventually};

const CURRENT_USER: &str = "/user/currentUser";

fn admin() -> User {
    User::admin_of("t101")
}

#[tokio::test]
async fn many_callers_at_once_are_one_check() {
    let (platform, service) = start().await;
    platform.inject(Fault::latency(Duration::from_millis(300)).at(CURRENT_USER));
    let before = checks(&platform);
    let admin = admin();
    let calls = (0..50).map(|_| whoami(&service, &admin));
    for reply in soon("all", join_all(calls)).await {
        assert_eq!(reply.expect(200)["tenant"], "t101");
    }
    assert_eq!(checks(&platform) - before, 1);
}

#[tokio::test]
async fn a_known_caller_is_not_checked_again() {
    let (platform, service) = start().await;
    let session = platform.log_in(&admin()).await;
    let before = platform.requests().len();
    for _ in 0..3 {
        whoami(&service, &admin()).await.expect(200);
        send(session.sign(get_whoami(&service))).await.expect(200);
    }
    let seen = platform.requests().into_iter().skip(before);
    let seen: Vec<_> = seen.map(|request| request.path).collect();
    let expected = [CURRENT_USER, CURRENT_USER, "/tenant/currentTenant"];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn every_other_header_is_a_check_of_its_own() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    let basic = |login, password| User::new(login, password).sign(get_whoami(&service));
    let cookie = |cookie: &'static str| get_whoami(&service).header(COOKIE, cookie);
    let logins = || {
        [
            basic("t1/admin", "one"),
            basic("t1/admin", "two"),
            basic("t2/admin", "one"),
            basic("admin", "one"),
            basic("t1/admin", "one").header("tfatoken", "1"),
            basic("t1/admin", "one").header("tfatoken", "2"),
            cookie("authorization=one"),
            cookie("authorization=two"),
            cookie("authorization=one").header("X-XSRF-TOKEN", "1"),
            cookie("authorization=one").header("X-XSRF-TOKEN", "2"),
            cookie("authorization=one").header("tfatoken", "1"),
            get_whoami(&service).bearer_auth("one"),
        ]
    };
    for (index, request) in logins().into_iter().enumerate() {
        send(request).await.expect(200);
        let checks = platform.signatures(CURRENT_USER).len();
        assert_eq!(checks, index + 1);
    }
    for request in logins() {
        send(request).await.expect(200);
    }
    assert_eq!(platform.signatures(CURRENT_USER).len(), logins().len());
}

#[tokio::test]
async fn other_headers_make_no_difference() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    for (name, value) in [
        ("cookie", "theme=dark"),
        ("x-xsrf-token", "1"),
        ("x-request-id", "2"),
        ("accept", "text/html"),
    ] {
        let request = User::new("t1/admin", "one").sign(get_whoami(&service));
        send(request.header(name, value)).await.expect(200);
    }
    assert_eq!(platform.signatures(CURRENT_USER).len(), 1);
}

#[tokio::test]
async fn a_refusal_is_remembered_for_a_moment() {
    let (platform, service) = start().await;
    let wrong = User::new("t101/admin", "wrong");
    let before = checks(&platform);
    let refused = async || {
        assert_error_form(&whoami(&service, &wrong).await, 401, UNAUTHORIZED);
        checks(&platform) - before
    };
    assert_eq!((refused().await, refused().await), (1, 1));
    // The right ones are let in meanwhile.
    whoami(&service, &admin()).await.expect(200);
    assert_eq!(refused().await, 2);
    eventually("asked again", refused, |checks| *checks == 3).await;
}

#[tokio::test]
async fn a_user_that_has_just_been_made_is_let_in_soon() {
    let (platform, service) = start().await;
    let user = User::new("t102/new", "a password");
    assert_error_form(&whoami(&service, &user).await, 401, UNAUTHORIZED);
    platform.add_user_without_roles("t102", "new").await;
    let status = async || whoami(&service, &user).await.status.as_u16();
    eventually("let in", status, |status| *status == 200).await;
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let (platform, service) = start().await;
    for (tenant, fault) in [
        ("t100", Fault::status(500)),
        ("t101", Fault::too_many_requests(Duration::from_mins(1))),
        ("t102", Fault::dropped()),
        ("t103", Fault::half_body()),
    ] {
        let user = User::admin_of(tenant);
        let injected = platform.inject(fault.at(CURRENT_USER));
        assert_error_form(&whoami(&service, &user).await, 503, UNAVAILABLE);
        drop(injected);
        platform.clear_faults();
        whoami(&service, &user).await.expect(200);
    }
}

#[tokio::test]
async fn a_token_is_known_until_its_end() {
    let platform = TestPlatform::with_token_lifetime(Duration::from_secs(5));
    let service = Setup::at(&platform).ready().await;
    let session = platform.log_in(&admin()).await;
    let by_bearer = async || {
        let request = get_whoami(&service).bearer_auth(&session.token);
        send(request).await.status.as_u16()
    };
    let by_cookie = async || {
        let request = session.sign(get_whoami(&service));
        send(request).await.status.as_u16()
    };
    assert_eq!((by_bearer().await, by_cookie().await), (200, 200));
    eventually("refused", by_bearer, |status| *status == 401).await;
    eventually("refused", by_cookie, |status| *status == 401).await;
}

#[tokio::test]
async fn a_token_whose_end_is_over_or_unusable_is_checked_each_time() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    for exp in [
        json!(0),
        json!(-1),
        json!(1_646_928_813),
        json!(-1e300),
        json!("2999-01-01"),
        json!([]),
        json!(true),
    ] {
        let token = token(&json!({"exp": exp}));
        let before = platform.signatures(CURRENT_USER).len();
        for expected in 1..=2 {
            let request = get_whoami(&service).bearer_auth(&token);
            send(request).await.expect(200);
            let checks = platform.signatures(CURRENT_USER).len() - before;
            assert_eq!(checks, expected, "{exp}");
        }
    }
}

#[tokio::test]
async fn a_token_without_an_end_is_known_as_others_are() {
    let platform = accepting();
    let service = at_stand_in(&platform).await;
    for token in [
        token(&json!({"exp": 32_503_680_000_u64})),
        token(&json!({"exp": 1e300})),
        token(&json!({})),
        token(&json!([])),
        "opaque".to_owned(),
        "a.%.c".to_owned(),
    ] {
        let before = platform.signatures(CURRENT_USER).len();
        for _ in 0..2 {
            let request = get_whoami(&service).bearer_auth(&token);
            send(request).await.expect(200);
            let checks = platform.signatures(CURRENT_USER).len() - before;
            assert_eq!(checks, 1, "{token}");
        }
    }
}
