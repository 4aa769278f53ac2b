//! What is sent again, and what is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use actix_web::http::header::{HttpDate, RETRY_AFTER};
use actix_web::{HttpResponse, HttpResponseBuilder, web};
use c8y_microservice::http::StatusCode;
use c8y_microservice::{AlarmUpdate, PlatformError};
use local_platform::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ALARMS, EVENTS, MEASUREMENTS, OBJECTS, World, post, read};
use crate::support::{RawStandIn, Saturated, StandIn, client_at, client_with, soon};

/// Failures after which nobody knows whether the platform has done something.
fn doubtful() -> [Fault; 5] {
    [
        Fault::status(502),
        Fault::status(503),
        Fault::status(504),
        Fault::dropped(),
        Fault::reset(),
    ]
}

/// A platform whose first answer on any path is a given one, and the next 200.
fn failing_once(failure: impl Fn() -> HttpResponse + Clone + Send + 'static) -> StandIn {
    let answered = Arc::new(AtomicUsize::new(0));
    StandIn::start(move |app| {
        let (failure, answered) = (failure.clone(), Arc::clone(&answered));
        app.default_service(web::to(move || {
            let is_first = answered.fetch_add(1, Ordering::SeqCst) == 0;
            let answer = if is_first {
                failure()
            } else {
                HttpResponse::Ok().finish()
            };
            async move { answer }
        }));
    })
}

fn busy(status: StatusCode, retry_after: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status.as_u16()).unwrap();
    HttpResponseBuilder::new(status)
        .insert_header((RETRY_AFTER, retry_after))
        .finish()
}

#[tokio::test]
async fn a_read_is_sent_again_after_each_failure_that_may_pass() {
    let world = World::start().await;
    for fault in doubtful().into_iter().chain([Fault::half_body()]) {
        let before = world.sent_to(OBJECTS);
        world.platform.inject(fault.clone().at(OBJECTS).times(2));
        let answer = world.read().await;
        assert_eq!(answer, Ok(()), "{fault:?}");
        assert_eq!(world.sent_to(OBJECTS) - before, 3, "{fault:?}");
    }
}

#[tokio::test]
async fn an_update_and_a_deletion_are_sent_again() {
    let world = World::start().await;
    world.create_alarm().await.unwrap();
    let alarms = world.platform.read("t101", ALARMS).await;
    let alarm = alarms["alarms"][0]["id"].as_str().unwrap().into();
    world.platform.inject(Fault::reset().at(ALARMS).times(2));
    let update = AlarmUpdate::new().text("It is still too hot");
    world.client.alarms().update(&alarm, &update).await.unwrap();
    world
        .platform
        .inject(Fault::status(502).at(OBJECTS).times(2));
    world
        .client
        .inventory()
        .delete(&world.device)
        .await
        .unwrap();
    assert_eq!(world.sent_to(ALARMS), 4);
    assert_eq!(world.sent_to(OBJECTS), 3);
}

#[tokio::test]
async fn an_alarm_is_sent_again_whole() {
    let world = World::start().await;
    for (index, fault) in doubtful().into_iter().enumerate() {
        let before = world.sent_to(ALARMS);
        world.platform.inject(fault.clone().at(ALARMS).times(2));
        let count = u64::try_from(index).unwrap() + 1;
        assert_eq!(world.create_alarm().await, Ok(count), "{fault:?}");
        assert_eq!(world.sent_to(ALARMS) - before, 3, "{fault:?}");
    }
    let alarms = world.platform.read("t101", ALARMS).await;
    assert_eq!(alarms["alarms"][0]["text"], "It is too hot", "{alarms}");
}

#[tokio::test]
async fn what_would_be_there_twice_is_sent_once() {
    let world = World::start().await;
    for (index, fault) in doubtful().into_iter().enumerate() {
        world.platform.inject(fault.clone().at(EVENTS).times(1));
        world
            .platform
            .inject(fault.clone().at(MEASUREMENTS).times(1));
        world.platform.inject(fault.clone().at(OBJECTS).times(1));
        for failed in [
            world.create_event().await,
            world.create_measurement().await,
            post(&world.client, OBJECTS).await,
        ] {
            let unknown = matches!(
                failed,
                Err(PlatformError::Other(_) | PlatformError::NoAnswer(_))
            );
            assert!(unknown, "{fault:?}: {failed:?}");
        }
        for path in [EVENTS, MEASUREMENTS, OBJECTS] {
            assert_eq!(world.sent_to(path), index + 1, "{fault:?} at {path}");
        }
    }
}

#[tokio::test]
async fn an_answer_to_a_new_measurement_that_breaks_off_makes_no_second_one() {
    let world = World::start().await;
    world
        .platform
        .inject(Fault::half_body().at(MEASUREMENTS).times(1));
    let answer = world.create_measurement().await;
    let no_answer = matches!(answer, Err(PlatformError::NoAnswer(_)));
    assert!(no_answer, "{answer:?}");
    let made = world.platform.read("t101", MEASUREMENTS).await;
    assert_eq!(made["measurements"].as_array().unwrap().len(), 1, "{made}");
}

#[tokio::test]
async fn what_the_platform_was_too_busy_for_is_sent_again_whatever_it_is() {
    let world = World::start().await;
    for path in [ALARMS, EVENTS, MEASUREMENTS, OBJECTS] {
        let busy = Fault::too_many_requests(Duration::ZERO).at(path).times(2);
        world.platform.inject(busy);
    }
    world.create_alarm().await.unwrap();
    world.create_event().await.unwrap();
    world.create_measurement().await.unwrap();
    post(&world.client, OBJECTS).await.unwrap();
    for path in [ALARMS, EVENTS, MEASUREMENTS, OBJECTS] {
        assert_eq!(world.sent_to(path), 3, "{path}");
    }
}

#[tokio::test]
async fn a_503_that_says_how_long_it_lasts_is_a_refusal_and_one_without_is_not() {
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    let platform = failing_once(move || busy(unavailable, "0"));
    let (_service, client) = client_at(&platform.url()).await;
    post(&client, MEASUREMENTS).await.unwrap();
    assert_eq!(platform.requests().len(), 2, "{:?}", platform.requests());

    let platform = failing_once(|| HttpResponse::ServiceUnavailable().finish());
    let (_service, client) = client_at(&platform.url()).await;
    let refused = post(&client, MEASUREMENTS).await.unwrap_err();
    assert_eq!(refused.status(), Some(unavailable));
    assert_eq!(platform.requests().len(), 1, "{:?}", platform.requests());
}

#[tokio::test]
async fn an_answer_that_would_be_the_same_again_is_final() {
    let world = World::start().await;
    for (index, status) in [400, 403, 404, 409, 422, 500, 501].into_iter().enumerate() {
        world
            .platform
            .inject(Fault::status(status).at(OBJECTS).times(1));
        let error = world.read().await.unwrap_err();
        assert_eq!(error.status().unwrap(), status, "{error:?}");
        assert_eq!(world.sent_to(OBJECTS), index + 1, "{status}");
    }
}

#[tokio::test]
async fn a_failure_that_stays_is_the_error_after_five_attempts() {
    let world = World::start().await;
    world
        .platform
        .inject(Fault::status(502).at(OBJECTS).times(4));
    world.platform.inject(Fault::status(504).at(OBJECTS));
    let error = world.read().await.unwrap_err();
    assert_eq!(
        error.status(),
        Some(StatusCode::GATEWAY_TIMEOUT),
        "the last"
    );
    assert_eq!(world.sent_to(OBJECTS), 5);
}

#[tokio::test]
async fn nothing_is_sent_before_the_platform_allows_it() {
    let world = World::start().await;
    let busy = Fault::too_many_requests(Duration::from_secs(1));
    world.platform.inject(busy.at(OBJECTS).times(1));
    let begun = Instant::now();
    world.read().await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(world.sent_to(OBJECTS), 2);
}

#[tokio::test]
async fn the_platform_may_say_when_as_a_date() {
    // The date has whole seconds: it is at least one second from now.
    let in_two_seconds = || HttpDate::from(SystemTime::now() + Duration::from_secs(2)).to_string();
    let platform = failing_once(move || busy(StatusCode::TOO_MANY_REQUESTS, &in_two_seconds()));
    let (_service, client) = client_at(&platform.url()).await;
    let begun = Instant::now();
    post(&client, EVENTS).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(platform.requests().len(), 2, "{:?}", platform.requests());
}

#[tokio::test]
async fn a_wait_that_is_longer_than_a_request_may_take_is_left_to_the_caller() {
    let world = World::start().await;
    let hour = Duration::from_hours(1);
    world
        .platform
        .inject(Fault::too_many_requests(hour).at(ALARMS));
    let refused = soon("the refusal", world.create_alarm()).await.unwrap_err();
    let answer = refused.answer().unwrap();
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.retry_after, Some(hour));
    assert_eq!(world.sent_to(ALARMS), 1);
}

#[tokio::test]
async fn a_measurement_is_sent_once_the_platform_can_be_reached() {
    let mut platform = Saturated::start();
    let patience = ("C8Y_HTTPCLIENT_HTTPCONNECTTIMEOUT", "700");
    let (_service, client) = client_with(&platform.url(), &[patience]).await;
    let sent = tokio::spawn(async move { post(&client, MEASUREMENTS).await });
    // Long enough for the first attempt to fail, and far from the end of the fifth.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let listener = platform.recover().await;
    let received = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut head = [0; 4096];
        let length = connection.read(&mut head).await.unwrap();
        let answer = b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n";
        connection.write_all(answer).await.unwrap();
        String::from_utf8_lossy(&head[..length]).into_owned()
    };
    let received = soon("the measurement", received).await;
    assert!(received.ends_with(r#"{"a":1}"#), "{received}");
    assert_eq!(soon("the answer", sent).await.unwrap(), Ok(()));
}

/// Answers the first request of the first connection and takes the second one without a word, as a
/// server does that closes an idle connection in that moment. The other connections are answered.
fn closing_a_kept_connection() -> RawStandIn {
    RawStandIn::serving(|number, connection| {
        connection.read();
        connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        if number == 0 {
            connection.read();
        }
    })
}

#[tokio::test]
async fn a_read_survives_a_kept_connection_that_the_platform_closes() {
    let platform = closing_a_kept_connection();
    let (_service, client) = client_at(&platform.url()).await;
    read(&client, OBJECTS).await.unwrap();
    read(&client, OBJECTS).await.unwrap();
    assert_eq!(platform.requests().len(), 3, "{:?}", platform.requests());
}

#[tokio::test]
async fn a_measurement_on_a_kept_connection_that_the_platform_closes_is_not_sent_twice() {
    let platform = closing_a_kept_connection();
    let (_service, client) = client_at(&platform.url()).await;
    read(&client, OBJECTS).await.unwrap();
    let lost = post(&client, MEASUREMENTS).await;
    let no_answer = matches!(lost, Err(PlatformError::NoAnswer(_)));
    assert!(no_answer, "{lost:?}");
    assert_eq!(platform.requests().len(), 2, "{:?}", platform.requests());
}

#[tokio::test]
async fn one_tenants_failures_hold_up_no_other_tenant() {
    let world = World::start().await;
    let failing = world.platform.inject(Fault::status(503).of("t101"));
    let other = world.service.client("t102").await;
    let (failed, succeeded) = tokio::join!(world.read(), read(&other, OBJECTS));
    assert!(
        failed.is_err() && succeeded.is_ok(),
        "{failed:?} {succeeded:?}"
    );
    assert_eq!(failing.hits(), 5);
}
