//! A service that meets all kinds of credentials, and a platform that refuses its own.

use local_platform::Fault;
use reqwest::header::{AUTHORIZATION, COOKIE};
use reqwest::{Method, StatusCode};

use crate::support::login::{self, log_in};
use crate::support::secrets::{USER, note, random};
use crate::support::{Plan, Stage, answer, eventually};

const ENDPOINTS: [(&str, &str); 5] = [
    ("POST", "/createAlarms"),
    ("GET", "/alarms"),
    ("GET", "/devices"),
    ("GET", "/greeting"),
    ("GET", "/nothing"),
];

#[tokio::test]
async fn none_is_shown_whoever_calls_and_however() {
    let stage = Plan::tenants(3).replicas(2).start();
    for login in logins(&stage).await {
        for (method, path) in ENDPOINTS {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            for base in [stage.service.url(), stage.platform.service_url()] {
                let mut request = stage.http.request(method.clone(), format!("{base}{path}"));
                for (name, value) in &login {
                    request = request.header(*name, value);
                }
                answer(request).await;
            }
        }
    }
}

/// Passwords change, the platform refuses, breaks off and answers nonsense.
#[tokio::test]
async fn none_is_shown_when_the_platform_refuses_the_services_own() {
    let stage = Plan::tenants(3).start();
    for round in 0..2 {
        stage.unsubscribe("t101").await;
        stage.subscribe("t101").await;
        for fault in [
            Fault::status(401),
            Fault::status(403),
            Fault::status(500),
            Fault::dropped(),
            Fault::half_body(),
        ] {
            stage.platform.inject(fault.of("t101"));
            answer(stage.create_alarms(&format!("c8y_Round{round}"))).await;
            answer(stage.direct("t101", Method::GET, "/alarms")).await;
            stage.platform.clear_faults();
        }
    }
    eventually(
        "an alarm in each tenant",
        async || answer(stage.create_alarms("c8y_Last")).await.status,
        |status| *status == StatusCode::OK,
    )
    .await;
}

type Login = Vec<(&'static str, String)>;

/// Valid credentials, wrong ones, and what is none.
async fn logins(stage: &Stage) -> Vec<Login> {
    let session = log_in(stage, "t101").await;
    let (cookie, xsrf, token) = (session.cookie(), session.xsrf, session.token);
    let wrong = random(24);
    note(&wrong);
    let authorization = AUTHORIZATION.as_str();
    let header = |value: String| (authorization, value);
    let cookie_name = COOKIE.as_str();
    let basic = |tenant: &str, password: &str| login::basic(&format!("{tenant}/{USER}"), password);
    vec![
        vec![],
        vec![header(format!("Bearer {token}"))],
        vec![header(format!("bearer {token}x"))],
        vec![header(format!("Bearer {wrong}"))],
        vec![header(format!("Basic {wrong}"))],
        vec![header(format!("Basic \u{fffd}{wrong}"))],
        vec![header(wrong.clone())],
        vec![header(basic("t101", &wrong))],
        vec![header(basic("t999", &wrong))],
        vec![header(basic("t101\r\nX-Cumulocity: 1", &wrong))],
        vec![header(basic("t101", &format!("{wrong}\n{wrong}")))],
        vec![header(basic("t101", &wrong)), header(basic("t102", &wrong))],
        vec![header(basic("t101", &wrong)), ("tfatoken", wrong.clone())],
        vec![(cookie_name, cookie.clone())],
        vec![
            (cookie_name, cookie.clone()),
            ("x-xsrf-token", xsrf.clone()),
        ],
        vec![
            (cookie_name, cookie.clone()),
            ("x-xsrf-token", wrong.clone()),
        ],
        vec![
            (cookie_name, cookie.clone()),
            ("x-xsrf-token", xsrf),
            header(basic("t102", &wrong)),
        ],
        vec![(
            cookie_name,
            format!("authorization={wrong}; authorization={token}"),
        )],
        vec![
            (cookie_name, format!("authorization={wrong}é")),
            header(basic("t101", &wrong)),
        ],
    ]
}
