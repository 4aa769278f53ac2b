//! A client's end of a WebSocket.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::http::User;
use super::wait::soon;

/// An open connection.
#[derive(Debug)]
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Opens a connection at an `http://` address.
    #[track_caller]
    pub(crate) fn open(url: &str, user: &User) -> impl Future<Output = Self> {
        let opening = Self::try_open(url, Some(user));
        async { opening.await.expect("a WebSocket") }
    }

    /// Opens a connection, or answers the status and the body of the refusal.
    pub(crate) fn try_open(
        url: &str,
        user: Option<&User>,
    ) -> impl Future<Output = Result<Self, (u16, Value)>> + use<> {
        let url = url.replacen("http://", "ws://", 1);
        let mut request = url.into_client_request().unwrap();
        if let Some(User { login, password }) = user {
            let basic = format!("Basic {}", STANDARD.encode(format!("{login}:{password}")));
            let headers = request.headers_mut();
            headers.insert("authorization", basic.parse().unwrap());
        }
        async {
            let address = request.uri().authority().unwrap().to_string();
            let stream = TcpStream::connect(address).await.unwrap();
            match soon("an answer", client_async(request, stream)).await {
                Ok((socket, _)) => Ok(Self(socket)),
                Err(Error::Http(answer)) => {
                    let body = answer.body().as_deref().unwrap_or_default();
                    let body = serde_json::from_slice(body).unwrap_or_default();
                    Err((answer.status().as_u16(), body))
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub(crate) async fn send(&mut self, message: Message) {
        soon("a message is taken", self.0.send(message))
            .await
            .unwrap();
    }

    /// The next message, nothing at the end.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        let next = soon("a message, or the end", self.0.next()).await;
        next.map(|message| message.expect("a message"))
    }

    /// The next message, which has to be JSON. On a busy machine a ping may come first.
    pub(crate) async fn json(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(Message::Ping(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Reads up to the end, which has to come next: code and reason.
    pub(crate) async fn closed(mut self) -> (u16, String) {
        let frame = match self.next().await {
            Some(Message::Close(Some(frame))) => frame,
            other => panic!("not closed: {other:?}"),
        };
        assert_eq!(self.next().await, None, "more after {frame}");
        (frame.code.into(), frame.reason.to_string())
    }
}
