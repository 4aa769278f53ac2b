//! The client for addresses outside the platform.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, ResponseError, web};
use c8y_microservice::ApiError;
use c8y_microservice::http::Client;
use tokio::time::{Instant, timeout};

use crate::support::{StandIn, config, free_port};

fn client() -> Client {
    config(&[]).http_client().unwrap()
}

fn redirect(to: String) -> StandIn {
    StandIn::start(move |app| {
        let to = to.clone();
        let redirect = move || {
            let to = to.clone();
            async move { HttpResponse::Found().insert_header((LOCATION, to)).finish() }
        };
        app.route("/from", web::get().to(redirect))
            .route("/to", web::get().to(HttpResponse::NoContent));
    })
}

#[tokio::test]
async fn a_redirect_on_the_same_server_is_followed() {
    let server = redirect("/to".to_owned());
    let url = format!("{}/from", server.url());
    let answer = client().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(server.requests(), ["GET /from", "GET /to"]);
}

#[tokio::test]
async fn a_redirect_to_another_server_is_the_answer() {
    let other = redirect("/to".to_owned());
    let server = redirect(format!("{}/to", other.url()));
    let url = format!("{}/from", server.url());
    let answer = client().get(url).header("x-api-key", "hunter2").send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(other.requests(), [""; 0]);
}

#[tokio::test]
async fn redirects_have_an_end() {
    let server = redirect("/from".to_owned());
    let url = format!("{}/from", server.url());
    let answer = client().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    assert_eq!(server.requests().len(), 6, "{:?}", server.requests());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_given_up() {
    // Connections are made, and nobody takes them.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let start = Instant::now();
    let answer = timeout(Duration::from_hours(1), client().get(url).send()).await;
    let error = answer.expect("an end").unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn an_endpoint_answers_502_or_503_and_keeps_the_reason_for_the_log() {
    let server = redirect("/to".to_owned());
    let missing = client().get(format!("{}/missing?key=hunter2", server.url()));
    let missing = missing.send().await.unwrap().error_for_status();
    let nobody = client().get(format!("http://127.0.0.1:{}/?key=hunter2", free_port()));
    for (error, status, message) in [
        (
            missing.unwrap_err(),
            502,
            "another server answered 404 Not Found",
        ),
        (
            nobody.send().await.unwrap_err(),
            503,
            "another server did not answer",
        ),
    ] {
        let error = ApiError::from(error);
        let logged = error.to_string();
        assert_eq!(error.status_code(), status, "{logged}");
        assert!(
            logged.starts_with(message) && logged.len() > message.len(),
            "{logged}"
        );
        assert!(!logged.contains("hunter2"), "{logged}");
    }
}
