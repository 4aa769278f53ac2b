//! HTTP byte by byte, for what no HTTP client sends.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local_platform::{ADMIN, PASSWORD};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that says nothing for so long after an answer has no other one, or only late ones.
const PAUSE: Duration = Duration::from_millis(500);

/// An answer whose connection was closed.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Sends bytes, and reads until the server closes the connection: the requests have to ask for that.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    // A server that has seen enough may close before all is written.
    connection.write_all(bytes).await.ok();
    let mut answers = Vec::new();
    let read = timeout(PATIENCE, connection.read_to_end(&mut answers)).await;
    assert!(
        read.is_ok(),
        "neither an answer nor an end: {}",
        shown(bytes)
    );
    String::from_utf8_lossy(&answers).into_owned()
}

/// Sends bytes, and reads until the server closes the connection, or has nothing more to say.
pub(crate) async fn converse(address: SocketAddr, bytes: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.expect("a connection");
    connection.write_all(bytes).await.ok();
    let mut answers = Vec::new();
    let mut part = [0; 4096];
    loop {
        let patience = if answers.is_empty() { PATIENCE } else { PAUSE };
        match timeout(patience, connection.read(&mut part)).await {
            Ok(Ok(length @ 1..)) => answers.extend(&part[..length]),
            _silence_or_the_end => return String::from_utf8_lossy(&answers).into_owned(),
        }
    }
}

/// The answer to one request.
pub(crate) async fn answer(address: SocketAddr, bytes: &[u8]) -> RawAnswer {
    let text = exchange(address, bytes).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    RawAnswer {
        status: status.unwrap_or_else(|| panic!("no answer to {}: {text:?}", shown(bytes))),
        head: head.to_lowercase(),
        body: body.to_owned(),
    }
}

/// The answers in what came back, by their statuses.
pub(crate) fn statuses(answers: &str) -> Vec<u16> {
    let lines = answers.split("HTTP/1.").skip(1);
    lines
        .filter_map(|line| line.get(2..5)?.parse().ok())
        .collect()
}

/// A `GET` with further headers, whose connection ends with it.
pub(crate) fn get(path: &str, headers: &[u8]) -> Vec<u8> {
    let start = format!("GET {path} HTTP/1.1\r\nhost: service\r\nconnection: close\r\n");
    [start.as_bytes(), headers, b"\r\n"].concat()
}

/// `Authorization: Basic …` with the end of its line.
pub(crate) fn basic(login: impl AsRef<[u8]>) -> Vec<u8> {
    format!("authorization: Basic {}\r\n", STANDARD.encode(login)).into_bytes()
}

/// The same of a tenant's administrator.
pub(crate) fn admin_of(tenant: &str) -> Vec<u8> {
    basic(format!("{tenant}/{ADMIN}:{PASSWORD}"))
}

/// The beginning of what was sent, for messages.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let end = bytes.len().min(400);
    format!("{} bytes: {}", bytes.len(), bytes[..end].escape_ascii())
}
