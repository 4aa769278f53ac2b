//! Requests byte by byte: clients tidy up what these tests are about.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a head to a service, and reads the answer to its end.
pub(super) async fn send(to: SocketAddr, head: &[u8]) -> String {
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    stream.write_all(head).await.expect("the request is sent");
    let mut answer = Vec::new();
    // A service that refuses what it has not read may break off.
    stream.read_to_end(&mut answer).await.ok();
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request without a body, after which the connection ends.
pub(super) fn head(method: &str, path: &str, headers: &str) -> Vec<u8> {
    let fixed = "Host: localhost\r\nConnection: close\r\nContent-Length: 0\r\n";
    format!("{method} {path} HTTP/1.1\r\n{fixed}{headers}\r\n").into_bytes()
}

/// The status of an answer; 0 where there is none.
pub(super) fn status(answer: &str) -> u16 {
    let status = answer.split(' ').nth(1);
    status.and_then(|it| it.parse().ok()).unwrap_or_default()
}
