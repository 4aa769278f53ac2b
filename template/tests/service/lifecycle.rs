//! Starting, stopping, and what happens while the platform is away.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use local_platform::{Isolation, PASSWORD, RecordedRequest};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{Answer, App, answer, eventually, http_client, platform, service, try_answer};

#[tokio::test]
async fn a_wrong_configuration_stops_the_start_with_all_problems() {
    let platform = platform(Isolation::MultiTenant, 0);
    let wrong = service()
        .env("C8Y_BASEURL", "")
        .env("C8Y_BOOTSTRAP_DELAY", "soon");
    let error = platform.deploy(wrong).err().expect("it should not start");
    let message = error.to_string();
    for expected in [
        "C8Y_BASEURL: is missing",
        "C8Y_BOOTSTRAP_DELAY: is `soon`",
        "exit status: 1",
    ] {
        assert!(message.contains(expected), "not {expected}: {message}");
    }
    assert!(!message.contains(PASSWORD), "{message}");
}

#[tokio::test]
async fn on_sigterm_readiness_goes_down_and_what_is_in_flight_finishes() {
    let slowly = service().env("SHUTDOWN_DELAY", "1500");
    let mut app = App::start_with(Isolation::MultiTenant, slowly);
    let mut request = TcpStream::connect(app.service.address()).unwrap();
    let head = "POST /createAlarms HTTP/1.1\r\nhost: service\r\nconnection: close\r\n\
        authorization: Basic dDEwMC9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==\r\ncontent-length: 2\r\n\r\n{";
    request.write_all(head.as_bytes()).unwrap();
    // In flight as soon as its caller is being verified.
    let asked = async || app.platform.requests();
    let verified = |requests: &Vec<RecordedRequest>| {
        let mut requests = requests.iter();
        requests.any(|request| request.path == "/user/currentUser")
    };
    eventually("the caller is verified", asked, verified).await;

    app.service.terminate().unwrap();
    let readiness = async || app.service(Method::GET, "/health/readiness").await;
    let down = |answer: &Answer| answer.status == StatusCode::SERVICE_UNAVAILABLE;
    let seen = eventually("readiness is down", readiness, down).await;
    assert_eq!(
        seen.body["reasons"],
        json!(["the service is stopping"]),
        "{seen:?}"
    );

    request.write_all(b"}").unwrap();
    let mut response = String::new();
    request.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    assert!(response.contains(r#""created":4"#), "{response}");
    let status = app.service.wait(Duration::from_secs(30)).unwrap();
    assert_eq!(
        status.and_then(|status| status.code()),
        Some(0),
        "{status:?}"
    );
}

#[tokio::test]
async fn the_service_lives_through_a_restart_of_the_platform() {
    let quickly = service().env("C8Y_BOOTSTRAP_DELAY", "100");
    let App {
        platform: first,
        service,
        http,
    } = App::start_with(Isolation::MultiTenant, quickly);
    let url = format!("{}/createAlarms", service.url());
    let create = async || {
        let request = http.post(&url).basic_auth("t100/admin", Some(PASSWORD));
        answer(request).await
    };
    assert_eq!(create().await.status, StatusCode::OK);
    let port = first.address().port();
    first.stop();

    let away = create().await;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE, "{away:?}");
    let liveness = http
        .get(format!("{}/health/liveness", service.url()))
        .send()
        .await
        .unwrap();
    assert_eq!(liveness.status(), StatusCode::OK);

    // Other service users, and an empty inventory.
    let second = platform(Isolation::MultiTenant, port);
    let back = eventually("alarms", create, |answer| answer.status == StatusCode::OK).await;
    assert_eq!(back.body["created"], 4, "{back:?}");
    let app = App {
        platform: second,
        service,
        http,
    };
    assert_eq!(app.alarms("t103").await.len(), 1);
    let ready = app.service(Method::GET, "/health/readiness").await;
    assert_eq!(ready.status, StatusCode::OK, "{ready:?}");
}

#[tokio::test]
async fn the_service_starts_without_the_platform_and_is_ready_once_it_is_there() {
    let elsewhere = platform(Isolation::MultiTenant, 0);
    let gone = platform(Isolation::MultiTenant, 0);
    let (url, port) = (gone.url(), gone.address().port());
    gone.stop();
    let lonely = service()
        .env("C8Y_BASEURL", url)
        .env("C8Y_BOOTSTRAP_DELAY", "100");
    let service = elsewhere
        .launch(lonely)
        .unwrap_or_else(|error| panic!("{error}"));
    let app = App {
        platform: elsewhere,
        service,
        http: http_client(),
    };
    let health = async |path: &str| {
        let url = format!("{}{path}", app.service.url());
        try_answer(app.http.get(url)).await.ok()
    };
    let alive = async || health("/health/liveness").await;
    let is_ok = |seen: &Option<_>| {
        matches!(
            seen,
            Some(Answer {
                status: StatusCode::OK,
                ..
            })
        )
    };
    eventually("liveness", alive, is_ok).await;
    let ready = async || health("/health/readiness").await;
    let not_ready = ready().await.expect("the service answers");
    assert_eq!(not_ready.status, StatusCode::SERVICE_UNAVAILABLE);
    let reason = not_ready.body["reasons"][0].as_str().unwrap_or_default();
    assert!(
        reason.starts_with("bootstrap has not succeeded yet"),
        "{not_ready:?}"
    );

    let _platform = platform(Isolation::MultiTenant, port);
    eventually("readiness", ready, is_ok).await;
}
