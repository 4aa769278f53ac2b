//! Starting and stopping.

use std::time::Duration;

use local_platform::{Isolation, PASSWORD};
use reqwest::{Method, StatusCode};

use crate::app::{Answer, App, eventually, http_client, platform, service, try_answer};

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

#[tokio::test]
async fn a_stop_signal_ends_the_service_in_good_order() {
    let mut app = App::start();
    let ready = app.service(Method::GET, "/health/readiness").await;
    assert_eq!(ready.status, StatusCode::OK, "{ready:?}");
    app.service.terminate().unwrap();
    let status = app.service.wait(Duration::from_secs(30)).unwrap();
    let code = status.and_then(|status| status.code());
    assert_eq!(code, Some(0), "{status:?}, {:#?}", app.service.log());
}

/// Who keeps connections, as the platform does, then finds none closed under a request.
#[tokio::test]
async fn a_service_that_is_stopping_closes_its_connections_with_its_answers() {
    let patient = service().env("SHUTDOWN_DELAY", "4000");
    let App {
        mut service,
        http,
        platform: _platform,
    } = App::start_with(Isolation::MultiTenant, patient);
    let url = format!("{}/health/readiness", service.url());
    let ready = async || {
        let answer = http.get(&url).send().await.expect("an answer");
        let connection = answer.headers().get("connection").cloned();
        (answer.status(), connection)
    };
    assert_eq!(ready().await, (StatusCode::OK, None));
    service.terminate().unwrap();
    let is_stopping = |(status, _): &(StatusCode, _)| *status == StatusCode::SERVICE_UNAVAILABLE;
    let (_, connection) = eventually("that it is stopping", ready, is_stopping).await;
    assert_eq!(connection.expect("a header"), "close");
}
