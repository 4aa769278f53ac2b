//! Calls while the service stops, and while the platform is away.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use local_platform::{Fault, Isolation, PASSWORD, RecordedRequest};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{Answer, App, answer, eventually, platform, service};

#[tokio::test]
async fn on_sigterm_readiness_goes_down_and_what_is_in_flight_finishes() {
    let slowly = service().env("SHUTDOWN_DELAY", "3000");
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
async fn on_sigterm_a_call_that_some_tenant_holds_up_is_answered_before_the_end() {
    let soon = service().env("SHUTDOWN_TIMEOUT", "2000");
    let mut app = App::start_with(Isolation::MultiTenant, soon);
    let never = Fault::latency(Duration::from_hours(1));
    app.platform.inject(never.at("/alarm").of("t102"));
    let url = format!("{}/createAlarms", app.service.url());
    let call = app.http.post(url).basic_auth("t100/admin", Some(PASSWORD));
    let call = tokio::spawn(answer(call));
    let alarms = async || {
        let requests = app.platform.requests().into_iter();
        let alarms = requests.filter(|it| it.path == "/alarm/alarms" && it.status == 201);
        alarms.count()
    };
    eventually("the other tenants' alarms", alarms, |number| *number == 3).await;

    app.service.terminate().unwrap();
    let seen = call.await.unwrap();
    assert_eq!(seen.status, StatusCode::MULTI_STATUS, "{seen:?}");
    let unknown = "outcome unknown: the time was over before the work ended";
    assert_eq!(seen.body["tenants"][2]["error"], unknown, "{seen:?}");
    let status = app.service.wait(Duration::from_secs(30)).unwrap();
    let code = status.and_then(|status| status.code());
    assert_eq!(code, Some(0), "{status:?}");
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
