//! A caller's end of a connection, byte by byte.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local_platform::{ADMIN, OWNER, PASSWORD};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

use crate::support::Stage;

/// Between two parts of what a slow caller sends.
const DRIP: Duration = Duration::from_millis(100);

pub(super) const LIVENESS: &str = "GET /health/liveness HTTP/1.1\r\nhost: service\r\n\r\n";

/// The header of the administrator of the owner tenant.
pub(crate) fn authorization() -> String {
    let login = STANDARD.encode(format!("{OWNER}/{ADMIN}:{PASSWORD}"));
    format!("authorization: Basic {login}")
}

/// A connection to the service that takes little of what it is sent, unless it reads.
pub(super) async fn connect(stage: &Stage) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let connection = socket.connect(stage.service.address()).await;
    connection.expect("the service accepts connections")
}

pub(super) async fn send(connection: &mut TcpStream, text: &str) {
    let sent = connection.write_all(text.as_bytes()).await;
    sent.expect("the service reads");
}

/// Sends a text, and then slowly another one, again and again, until the service has gone.
pub(super) async fn drip(mut connection: TcpStream, first: &str, then: &str) {
    send(&mut connection, first).await;
    while connection.write_all(then.as_bytes()).await.is_ok() {
        sleep(DRIP).await;
    }
}

/// Sends a text again and again, as often as it is taken, until the service has gone.
pub(super) async fn flood(mut connection: TcpStream, text: &str) {
    while connection.write_all(text.as_bytes()).await.is_ok() {}
}

/// Sends a request and reads the beginning of its answer.
pub(super) async fn ask(connection: &mut TcpStream, request: &str) -> String {
    send(connection, request).await;
    let mut answer = vec![0; 1024];
    let length = connection.read(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

/// All that comes until the service closes the connection, or breaks it.
pub(super) async fn rest(connection: &mut TcpStream) -> String {
    let mut all = Vec::new();
    while let Ok(1..) = connection.read_buf(&mut all).await {}
    String::from_utf8_lossy(&all).into_owned()
}
