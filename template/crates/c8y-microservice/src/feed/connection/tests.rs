//! What takes too long to happen over a network.

use std::future::poll_fn;
use std::pin::Pin;

use actix_web::FromRequest;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::test::TestRequest;
use actix_web::web::{self, Bytes};
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::*;

/// A pong without content, masked with zeros as a client's frames are.
const PONG: [u8; 6] = [0x8a, 0x80, 0, 0, 0, 0];

const DAY: Duration = Duration::from_hours(24);

/// The sending end of what a connection hears.
struct Speaker {
    messages: broadcast::Sender<Arc<str>>,
    end: watch::Sender<Option<End>>,
}

/// A WebSocket whose peer sends a frame every ten seconds, and the bytes that the peer gets.
async fn connection(frame: Option<&'static [u8]>) -> (Connection, BoxBody, Speaker) {
    let request = TestRequest::default()
        .insert_header(("Upgrade", "websocket"))
        .insert_header(("Connection", "upgrade"))
        .insert_header(("Sec-WebSocket-Version", "13"))
        .insert_header(("Sec-WebSocket-Key", "MTIzNDU2Nzg5MDEyMzQ1Ng=="))
        .to_http_request();
    let frames = stream::unfold((), move |()| async move {
        sleep(Duration::from_secs(10)).await;
        let Some(frame) = frame else {
            return std::future::pending().await;
        };
        Some((Ok::<_, PayloadError>(Bytes::from_static(frame)), ()))
    });
    let payload = frames.boxed_local();
    let body = web::Payload::from_request(&request, &mut Payload::Stream { payload });
    let (answer, session, incoming) =
        actix_ws::handle(&request, body.await.unwrap()).expect("a WebSocket");
    let speaker = Speaker {
        messages: broadcast::Sender::new(4),
        end: watch::Sender::new(None),
    };
    let listener = Listener {
        messages: speaker.messages.subscribe(),
        end: speaker.end.subscribe(),
    };
    let connection = Connection::new(listener, session, incoming);
    (connection, answer.into_body(), speaker)
}

/// All that the peer gets.
async fn received(mut body: BoxBody) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(bytes) = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await {
        all.extend_from_slice(&bytes.unwrap());
    }
    all
}

/// How long a connection lasts, at most a day, and all that its peer gets.
async fn life(connection: Connection, body: BoxBody, accepted: bool) -> (Duration, Vec<u8>) {
    let begun = Instant::now();
    let pumping = connection.pump(|| async move { accepted });
    let both = async { tokio::join!(pumping, received(body)).1 };
    let received = timeout(DAY, both).await.unwrap_or_default();
    (begun.elapsed(), received)
}

/// The frame that closes with a code and a reason.
fn close_frame(code: u16, reason: &str) -> Vec<u8> {
    let length = u8::try_from(reason.len() + 2).unwrap();
    [&[0x88, length], &code.to_be_bytes()[..], reason.as_bytes()].concat()
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_no_ping_is_closed_with_the_next_one() {
    let (connection, body, _speaker) = connection(None).await;
    let (lasted, received) = life(connection, body, true).await;
    assert_eq!(lasted.as_secs(), 60);
    let ping = vec![0x89, 0];
    let expected = [ping, close_frame(1011, "a ping was not answered")].concat();
    assert_eq!(received, expected);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_answers_stays_until_its_credentials_are_not_accepted_any_more() {
    let (connection, body, _speaker) = connection(Some(&PONG)).await;
    let (lasted, received) = life(connection, body, false).await;
    assert_eq!(lasted.as_secs(), 600);
    let close = close_frame(1008, "the credentials are not valid any more");
    assert!(received.ends_with(&close), "{received:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_with_valid_credentials_stays() {
    let (connection, body, _speaker) = connection(Some(&PONG)).await;
    let (lasted, received) = life(connection, body, true).await;
    assert!(lasted >= DAY, "it has ended after {lasted:?}: {received:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_any_more_does_not_hold_up_the_end() {
    let (connection, body, speaker) = connection(None).await;
    let begun = Instant::now();
    let talking = async {
        for _ in 0..100 {
            speaker.messages.send("more than anyone takes".into()).ok();
            tokio::task::yield_now().await;
        }
        speaker.end.send_replace(Some(End::Stopping));
    };
    tokio::join!(connection.pump(|| async { true }), talking);
    assert_eq!(begun.elapsed().as_secs(), CLOSING_LIMIT.as_secs());
    drop(body);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_keep_to_the_protocol_is_closed() {
    let without_mask = &[0x81, 0x01, b'x'];
    let (connection, body, _speaker) = connection(Some(without_mask)).await;
    let (_, received) = life(connection, body, true).await;
    let close = close_frame(1002, "Received an unmasked frame from client");
    assert_eq!(received, close);
}
