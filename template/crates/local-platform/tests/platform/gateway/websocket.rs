//! WebSocket through the gateway.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::{HeaderMap, StatusCode};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes, handshake::server};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async, client_async};

use crate::helpers::{CREDENTIALS, TestPlatform, service_with};

const PATIENCE: Duration = Duration::from_secs(20);
type Socket = WebSocketStream<TcpStream>;

/// A service that takes one WebSocket, and hands it over with the head of its request.
async fn service() -> (SocketAddr, mpsc::Receiver<(String, HeaderMap, Socket)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let (mut path, mut headers) = (String::new(), HeaderMap::new());
        #[expect(clippy::result_large_err, reason = "so the library wants it")]
        let note = |request: &server::Request, mut response: server::Response| {
            path = request.uri().to_string();
            headers = request.headers().clone();
            let protocol = "chat".parse().expect("a header");
            response
                .headers_mut()
                .insert("sec-websocket-protocol", protocol);
            Ok(response)
        };
        let socket = accept_hdr_async(stream, note).await.expect("a WebSocket");
        sender.send((path, headers, socket)).await.expect("a test");
    });
    (address, receiver)
}

async fn connect(platform: &TestPlatform, path: &str) -> Result<(Socket, Response), Error> {
    let address = platform.platform.address();
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    for (name, value) in [
        ("authorization", CREDENTIALS),
        ("sec-websocket-protocol", "chat"),
    ] {
        let value = value.parse().expect("a header");
        request.headers_mut().insert(name, value);
    }
    let stream = TcpStream::connect(address).await?;
    let connected = timeout(PATIENCE, client_async(request, stream)).await;
    connected.expect("an answer in time")
}

/// The next message, nothing at the end.
async fn next(socket: &mut Socket) -> Option<Message> {
    let next = timeout(PATIENCE, socket.next()).await;
    next.expect("a message in time").and_then(Result::ok)
}

/// All messages until the end; the socket goes with it.
async fn rest(mut socket: Socket) -> Vec<Message> {
    let mut messages = Vec::new();
    while let Some(message) = next(&mut socket).await {
        messages.push(message);
    }
    messages
}

#[tokio::test]
async fn messages_of_all_kinds_pass_in_both_directions() {
    let platform = TestPlatform::start();
    let (address, mut arrived) = service().await;
    platform.platform.set_target("example", address);
    let connected = connect(&platform, "/service/example/ws?x=1").await;
    let (mut caller, answer) = connected.expect("a WebSocket");
    assert_eq!(answer.headers()["sec-websocket-protocol"], "chat");
    let (path, headers, mut service) = arrived.recv().await.expect("a connection");
    assert_eq!(path, "/ws?x=1");
    assert_eq!(headers["authorization"], CREDENTIALS);
    assert_eq!(headers["x-forwarded-prefix"], "/service/example");

    let messages = [
        Message::text("hello"),
        Message::binary(vec![0, 255, 7]),
        Message::binary(vec![1; 300_000]),
    ];
    for message in messages {
        caller.send(message.clone()).await.expect("sent");
        assert!(next(&mut service).await == Some(message.clone()), "there");
        service.send(message.clone()).await.expect("sent");
        assert!(next(&mut caller).await == Some(message), "and back");
    }
    let ping = Message::Ping("are you there".into());
    caller.send(ping.clone()).await.expect("sent");
    assert_eq!(next(&mut service).await, Some(ping));
    // The library answers a ping with the next that it sends or reads.
    service.flush().await.expect("sent");
    let answer = Message::Pong("are you there".into());
    assert_eq!(next(&mut caller).await, Some(answer));
}

#[tokio::test]
async fn a_close_passes_with_its_reason_whoever_sends_it() {
    for caller_closes in [true, false] {
        let platform = TestPlatform::start();
        let (address, mut arrived) = service().await;
        platform.platform.set_target("example", address);
        let connected = connect(&platform, "/service/example/ws").await;
        let (caller, _) = connected.expect("a WebSocket");
        let (_, _, service) = arrived.recv().await.expect("a connection");
        let (mut one, other) = if caller_closes {
            (caller, service)
        } else {
            (service, caller)
        };
        let frame = CloseFrame {
            code: CloseCode::Away,
            reason: Utf8Bytes::from_static("for today"),
        };
        one.close(Some(frame.clone())).await.expect("sent");
        let close = [Message::Close(Some(frame))];
        let seen = tokio::join!(rest(one), rest(other));
        assert!(
            seen.0 == close && seen.1 == close,
            "caller closes: {caller_closes}: {seen:?}"
        );
    }
}

#[tokio::test]
async fn a_side_that_is_gone_is_gone_for_the_other() {
    for caller_goes in [true, false] {
        let platform = TestPlatform::start();
        let (address, mut arrived) = service().await;
        platform.platform.set_target("example", address);
        let connected = connect(&platform, "/service/example/ws").await;
        let (caller, _) = connected.expect("a WebSocket");
        let (_, _, service) = arrived.recv().await.expect("a connection");
        let (one, mut other) = if caller_goes {
            (caller, service)
        } else {
            (service, caller)
        };
        drop(one);
        assert_eq!(next(&mut other).await, None, "caller goes: {caller_goes}");
    }
}

#[tokio::test]
async fn an_upgrade_that_is_refused_gets_the_refusal() {
    let platform = TestPlatform::start();
    let refused = async |path: &str| match connect(&platform, path).await {
        Err(Error::Http(answer)) => answer.status(),
        other => panic!("no refusal: {other:?}"),
    };
    let path = "/service/example/ws";
    assert_eq!(refused(path).await, StatusCode::SERVICE_UNAVAILABLE);
    let service = service_with(|| async { ("", actix_web::http::StatusCode::IM_A_TEAPOT) });
    platform.platform.set_target("example", service);
    assert_eq!(refused(path).await, StatusCode::IM_A_TEAPOT);
    let unknown = "/service/unknown/ws";
    assert_eq!(refused(unknown).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_platform_that_stops_ends_open_connections() {
    let platform = TestPlatform::start();
    let (address, mut arrived) = service().await;
    platform.platform.set_target("example", address);
    let connected = connect(&platform, "/service/example/ws").await;
    let (mut caller, _) = connected.expect("a WebSocket");
    let (_, _, mut service) = arrived.recv().await.expect("a connection");
    drop(platform);
    assert_eq!(next(&mut caller).await, None);
    assert_eq!(next(&mut service).await, None);
}
