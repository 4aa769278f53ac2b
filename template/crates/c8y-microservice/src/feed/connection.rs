//! One WebSocket, from its beginning to its end.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use actix_ws::{CloseCode, CloseReason, Message, MessageStream, ProtocolError, Session};
use serde_json::json;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, timeout};
use tracing::{debug, info};

use super::hub::{End, Listener};

/// Between two pings, and for the answer to one.
const PING_INTERVAL: Duration = Duration::from_secs(30);
/// Between two looks at the credentials.
const CHECK_INTERVAL: Duration = Duration::from_mins(10);
/// For the last frame to be taken by a peer that reads slowly.
const CLOSING_LIMIT: Duration = Duration::from_secs(1);
/// Of what a client sends.
const LONGEST_FRAME: usize = 64 * 1024;

pub(super) struct Connection {
    listener: Listener,
    session: Session,
    incoming: MessageStream,
}

impl Connection {
    pub(super) fn new(listener: Listener, session: Session, incoming: MessageStream) -> Self {
        Self {
            listener,
            session,
            incoming: incoming.max_frame_size(LONGEST_FRAME),
        }
    }

    /// Sends what the listener hears, until one of many things ends it.
    pub(super) async fn pump<W>(self, is_accepted: impl Fn() -> W)
    where
        W: Future<Output = bool>,
    {
        let Self {
            listener,
            session,
            incoming,
        } = self;
        debug!("connected");
        let begun = Instant::now();
        let answered = Cell::new(true);
        // Side by side, so that a peer that does not read holds up its own messages alone.
        let closing = tokio::select! {
            closing = ended(listener.end) => closing,
            closing = forward(listener.messages, session.clone()) => closing,
            closing = read(incoming, session.clone(), &answered) => closing,
            closing = ping(session.clone(), &answered) => closing,
            closing = check(is_accepted) => closing,
        };
        let code = closing.as_ref().map(|reason| u16::from(reason.code));
        let reason = closing.as_ref().and_then(|it| it.description.clone());
        // Fails where the connection has gone already.
        let closed = timeout(CLOSING_LIMIT, session.close(closing)).await;
        let in_order = matches!(closed, Ok(Ok(())));
        let duration_s = begun.elapsed().as_secs();
        info!(code, reason, in_order, duration_s, "closed");
    }
}

/// What a close frame says; nothing where there is nobody left to say it to.
type Closing = Option<CloseReason>;

fn because(code: CloseCode, description: &str) -> CloseReason {
    (code, description).into()
}

async fn ended(mut end: watch::Receiver<Option<End>>) -> Closing {
    let end = end.wait_for(Option::is_some).await.map(|end| *end);
    Some(match end {
        Ok(Some(End::Unsubscribed)) => {
            because(CloseCode::Policy, "the tenant is not subscribed any more")
        }
        _ => because(CloseCode::Away, "the service is stopping"),
    })
}

async fn forward(mut messages: broadcast::Receiver<Arc<str>>, mut session: Session) -> Closing {
    loop {
        let sent = match messages.recv().await {
            Ok(message) => session.text(&*message).await,
            Err(RecvError::Lagged(lost)) => session.text(json!({ "lost": lost }).to_string()).await,
            // Said by the end that comes with it.
            Err(RecvError::Closed) => return std::future::pending().await,
        };
        if sent.is_err() {
            return None;
        }
    }
}

/// Drops what the client says, and answers what the protocol wants to be answered.
async fn read(mut incoming: MessageStream, mut session: Session, answered: &Cell<bool>) -> Closing {
    while let Some(message) = incoming.recv().await {
        let sent = match message {
            Ok(Message::Ping(content)) => session.pong(&content).await,
            Ok(Message::Pong(_)) => {
                answered.set(true);
                Ok(())
            }
            Ok(Message::Close(reason)) => return reason.or(Some(because(CloseCode::Normal, ""))),
            Ok(_) => Ok(()),
            Err(ProtocolError::Overflow) => {
                return Some(because(CloseCode::Size, "a frame has more than 64 KiB"));
            }
            Err(ProtocolError::Io(_)) => return None,
            Err(error) => return Some(because(CloseCode::Protocol, &error.to_string())),
        };
        if sent.is_err() {
            return None;
        }
    }
    None
}

async fn ping(mut session: Session, answered: &Cell<bool>) -> Closing {
    let mut pings = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
    loop {
        pings.tick().await;
        if !answered.replace(false) {
            return Some(because(CloseCode::Error, "a ping was not answered"));
        }
        // Where the peer takes nothing more, not even a ping, the next one finds no answer.
        if let Ok(Err(_closed)) = timeout(PING_INTERVAL, session.ping(b"")).await {
            return None;
        }
    }
}

async fn check<W>(is_accepted: impl Fn() -> W) -> Closing
where
    W: Future<Output = bool>,
{
    let mut checks = interval_at(Instant::now() + CHECK_INTERVAL, CHECK_INTERVAL);
    loop {
        checks.tick().await;
        if !is_accepted().await {
            let reason = "the credentials are not valid any more";
            return Some(because(CloseCode::Policy, reason));
        }
    }
}

#[cfg(test)]
mod tests;
