//! Bodies through the gateway: piece by piece, in both directions at once.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::{HttpResponse, web};
use futures_util::stream;
use local_platform::{Fault, LocalPlatform};
use tokio::sync::mpsc;

use crate::helpers::{CREDENTIALS, service_with};

const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));
/// A connection with a request on it whose head is sent.
fn begin(platform: &LocalPlatform, line: &str, header: &str) -> TcpStream {
    let mut stream = TcpStream::connect(platform.address()).expect("a connection");
    stream.set_read_timeout(PATIENCE).expect("a time limit");
    let head = format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {CREDENTIALS}\r\n{header}\r\n"
    );
    stream.write_all(head.as_bytes()).expect("the head");
    stream
}

/// Reads on until the expected has arrived.
#[track_caller]
fn read_until(stream: &mut TcpStream, expected: &str) {
    let mut seen = String::new();
    let mut buffer = [0; 1024];
    while !seen.contains(expected) {
        let length = stream.read(&mut buffer);
        let length = length.unwrap_or_else(|error| panic!("no {expected} in {seen:?}: {error}"));
        assert_ne!(length, 0, "no {expected} before the end of {seen:?}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
}

/// A service whose answer to its first request is what the sender sends.
fn answering(platform: &LocalPlatform) -> mpsc::UnboundedSender<&'static str> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let receiver = Arc::new(Mutex::new(Some(receiver)));
    let service = service_with(move || {
        let receiver = receiver.lock().expect("a lock").take();
        let receiver: mpsc::UnboundedReceiver<&str> = receiver.expect("one request");
        let events = stream::unfold(receiver, |mut receiver| async move {
            let event = web::Bytes::from_static(receiver.recv().await?.as_bytes());
            Some((Ok::<_, std::io::Error>(event), receiver))
        });
        async {
            HttpResponse::Ok()
                .content_type("text/event-stream")
                .streaming(Box::pin(events))
        }
    });
    platform.set_target("example", service);
    sender
}

#[test]
fn events_arrive_as_the_service_writes_them() {
    let platform = LocalPlatform::start().expect("a platform");
    let service = answering(&platform);
    let mut caller = begin(&platform, "GET /service/example/events", "");
    for event in ["data: one\n\n", "data: two\n\n", "data: three\n\n"] {
        service.send(event).expect("a service");
        read_until(&mut caller, event);
    }
    drop(service);
    read_until(&mut caller, "0\r\n\r\n");
}

#[test]
fn an_upload_reaches_the_service_piece_by_piece_and_meets_its_answer_on_the_way() {
    let platform = LocalPlatform::start().expect("a platform");
    let echo = |body| async { HttpResponse::Ok().streaming::<web::Payload, _>(body) };
    platform.set_target("example", service_with(echo));
    let mut caller = begin(
        &platform,
        "POST /service/example/echo",
        "Transfer-Encoding: chunked\r\n",
    );
    for piece in ["one", "two", "three"] {
        write!(caller, "{:x}\r\n{piece}\r\n", piece.len()).expect("a piece");
        read_until(&mut caller, piece);
    }
    caller.write_all(b"0\r\n\r\n").expect("the end");
    read_until(&mut caller, "0\r\n\r\n");
}

#[test]
fn a_service_that_takes_in_a_long_upload_is_not_given_up_on() {
    let limit = Duration::from_millis(1500);
    let builder = LocalPlatform::builder().gateway_timeout(limit);
    let platform = builder.start().expect("a platform");
    let length = |body: web::Bytes| async move { format!("{} bytes", body.len()) };
    platform.set_target("example", service_with(length));
    let mut caller = begin(
        &platform,
        "POST /service/example/",
        "Transfer-Encoding: chunked\r\n",
    );
    let begin = Instant::now();
    while begin.elapsed() < limit + limit / 3 {
        caller.write_all(b"1\r\nx\r\n").expect("a piece");
        std::thread::sleep(limit / 5);
    }
    caller.write_all(b"0\r\n\r\n").expect("the end");
    read_until(&mut caller, " bytes");
}

#[test]
fn half_of_an_answer_without_a_length_breaks_off_within_its_first_piece() {
    let platform = LocalPlatform::start().expect("a platform");
    platform.inject(Fault::half_body());
    let service = answering(&platform);
    service.send("data: one\n\n").expect("a service");
    let mut caller = begin(&platform, "GET /service/example/events", "");
    let mut seen = String::new();
    // An end of one kind or the other.
    let _ = caller.read_to_string(&mut seen);
    assert!(seen.ends_with("\r\ndata:\r\n"), "{seen}");
}
