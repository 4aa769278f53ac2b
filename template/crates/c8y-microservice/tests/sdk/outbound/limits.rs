//! What a request waits for, and how much of an answer is read.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use c8y_microservice::PlatformError;
use c8y_microservice::http::Method;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::{EVENTS, post, read};
use crate::support::{RawStandIn, Saturated, StandIn, client_with, eventually, soon};

/// A platform that answers when a test says so, and counts the requests that wait.
#[derive(Clone)]
struct Gate {
    waiting: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    permits: Arc<Semaphore>,
}

impl Gate {
    fn closed() -> Self {
        Self {
            waiting: Arc::default(),
            most: Arc::default(),
            permits: Arc::new(Semaphore::new(0)),
        }
    }

    fn serve(&self) -> StandIn {
        let gate = self.clone();
        StandIn::start(move |app| {
            let gate = gate.clone();
            app.default_service(web::to(move || gate.clone().pass()));
        })
    }

    async fn pass(self) -> HttpResponse {
        let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(waiting, Ordering::SeqCst);
        self.permits.acquire().await.unwrap().forget();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        HttpResponse::Ok().finish()
    }

    async fn wait_for(&self, number: usize) {
        let waiting = async || self.waiting.load(Ordering::SeqCst);
        eventually("requests wait", waiting, |seen| *seen == number).await;
    }
}

#[tokio::test]
async fn a_platform_that_accepts_no_connection_is_unreachable() {
    let platform = Saturated::start();
    let patience = ("C8Y_HTTPCLIENT_HTTPCONNECTTIMEOUT", "100");
    let (_service, client) = client_with(&platform.url(), &[patience]).await;
    let answer = soon("the end", post(&client, EVENTS)).await;
    let Err(error @ PlatformError::Unreachable(_)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(error.summary(), "the platform cannot be reached");
}

#[tokio::test]
async fn a_platform_that_says_nothing_does_not_answer() {
    let gate = Gate::closed();
    let platform = gate.serve();
    let patience = ("C8Y_HTTPCLIENT_HTTPREADTIMEOUT", "100");
    let (_service, client) = client_with(&platform.url(), &[patience]).await;
    let answer = soon("the end", post(&client, EVENTS)).await;
    let Err(error @ PlatformError::NoAnswer(_)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(error.summary(), "the platform did not answer");
    assert!(error.to_string().contains("timed out"), "{error}");
    assert_eq!(platform.requests().len(), 1);
}

/// A platform whose answer comes in so many pieces, with a pause after each.
fn slow(pieces: usize, pause: Duration, missing: usize) -> RawStandIn {
    RawStandIn::serving(move |_, connection| {
        connection.read();
        let length = pieces + missing;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        connection.write(head.as_bytes());
        for _ in 0..pieces {
            connection.write(b"x");
            sleep(pause);
        }
        if missing > 0 {
            // Until the client has gone.
            connection.read();
        }
    })
}

#[tokio::test]
async fn an_answer_that_stops_coming_is_given_up() {
    let platform = slow(3, Duration::from_millis(1), 1);
    let patience = ("C8Y_HTTPCLIENT_HTTPREADTIMEOUT", "200");
    let (_service, client) = client_with(&platform.url(), &[patience]).await;
    let answer = soon("the end", post(&client, EVENTS)).await;
    let no_answer = matches!(answer, Err(PlatformError::NoAnswer(_)));
    assert!(no_answer, "{answer:?}");
}

#[tokio::test]
async fn an_answer_that_keeps_coming_may_take_longer_than_a_silence() {
    let platform = slow(30, Duration::from_millis(100), 0);
    let patience = ("C8Y_HTTPCLIENT_HTTPREADTIMEOUT", "2000");
    let (_service, client) = client_with(&platform.url(), &[patience]).await;
    let answer = client.request(Method::POST, EVENTS).send().await.unwrap();
    assert_eq!(answer.body().len(), 30);
}

#[tokio::test]
async fn there_are_never_more_connections_than_allowed() {
    for variable in ["C8Y_HTTPCLIENT_POOL_PERHOST", "C8Y_HTTPCLIENT_POOL_MAX"] {
        let gate = Gate::closed();
        let platform = gate.serve();
        let (_service, client) = client_with(&platform.url(), &[(variable, "2")]).await;
        let all = tokio::spawn(async move {
            let all = (0..10).map(|_| post(&client, EVENTS));
            join_all(all).await
        });
        for _ in 0..5 {
            gate.wait_for(2).await;
            gate.permits.add_permits(2);
        }
        let all = all.await.unwrap();
        assert!(all.iter().all(Result::is_ok), "{variable}: {all:?}");
        assert_eq!(gate.most.load(Ordering::SeqCst), 2, "{variable}");
    }
}

#[tokio::test]
async fn a_request_waits_for_a_connection_only_so_long_and_says_which_variables_say_so() {
    let gate = Gate::closed();
    let platform = gate.serve();
    let few = ("C8Y_HTTPCLIENT_POOL_PERHOST", "1");
    let patience = ("C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT", "100");
    let (_service, client) = client_with(&platform.url(), &[few, patience]).await;
    let first = client.clone();
    let first = tokio::spawn(async move { post(&first, EVENTS).await });
    gate.wait_for(1).await;
    let second = read(&client, EVENTS).await;
    let Err(error @ PlatformError::NotSent(_)) = second else {
        panic!("{second:?}");
    };
    for expected in [
        "within 100 ms",
        "C8Y_HTTPCLIENT_POOL_PERHOST",
        "C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT",
    ] {
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(error.summary(), "the request to the platform was not sent");
    gate.permits.add_permits(2);
    assert_eq!(first.await.unwrap(), Ok(()));
    read(&client, EVENTS).await.unwrap();
    assert_eq!(platform.requests().len(), 2, "{:?}", platform.requests());
}

#[tokio::test]
async fn a_connection_is_used_again_unless_that_is_switched_off() {
    for (is_enabled, expected) in [("true", 1), ("false", 5)] {
        let connections = Arc::new(Mutex::new(HashSet::new()));
        let seen = Arc::clone(&connections);
        let platform = StandIn::start(move |app| {
            let seen = Arc::clone(&seen);
            app.default_service(web::to(move |request: HttpRequest| {
                seen.lock().unwrap().insert(request.peer_addr().unwrap());
                async { HttpResponse::Ok().finish() }
            }));
        });
        let pool = ("C8Y_HTTPCLIENT_POOL_ENABLED", is_enabled);
        let (_service, client) = client_with(&platform.url(), &[pool]).await;
        for _ in 0..5 {
            read(&client, EVENTS).await.unwrap();
        }
        assert_eq!(connections.lock().unwrap().len(), expected, "{is_enabled}");
    }
}

#[tokio::test]
async fn an_answer_takes_an_eighth_of_the_memory_at_most() {
    for (size, fits) in [(125_000, true), (125_001, false)] {
        let platform = StandIn::start(move |app| {
            let answer = move || async move { HttpResponse::Ok().body("x".repeat(size)) };
            app.default_service(web::to(answer));
        });
        let (_service, client) = client_with(&platform.url(), &[("MEMORY_LIMIT", "1M")]).await;
        let answer = read(&client, EVENTS).await;
        assert_eq!(answer.is_ok(), fits, "{size}: {answer:?}");
        if let Err(error) = answer {
            let unexpected = matches!(error, PlatformError::UnexpectedBody { .. });
            assert!(unexpected, "{error:?}");
            assert!(error.to_string().contains("125000 bytes"), "{error}");
            assert!(error.to_string().contains("MEMORY_LIMIT"), "{error}");
        }
    }
}
