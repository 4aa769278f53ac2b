//! Bodies on their way through the gateway: streamed in both directions, each piece within a bound.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use actix_web::body::{BodyStream, BoxBody, SizedStream};
use actix_web::web::Payload;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::combinators;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// How many pieces of a request's body may wait for a slow service.
const PIECES: usize = 8;

/// A body that the gateway sends.
pub(super) type Outgoing = combinators::BoxBody<Bytes, io::Error>;

type Piece = io::Result<Frame<Bytes>>;

/// A request's body, for the first instance that takes any of it.
#[derive(Default)]
pub(super) struct Upload {
    pieces: Option<Arc<Mutex<Option<mpsc::Receiver<Piece>>>>>,
}

/// When a request last moved on: when it was begun, or the service took a piece of its body.
#[derive(Clone)]
pub(super) struct Progress(Rc<Cell<Instant>>);

impl Progress {
    pub(super) fn begin() -> Self {
        Self(Rc::new(Cell::new(Instant::now())))
    }

    pub(super) fn last(&self) -> Instant {
        self.0.get()
    }
}

impl Upload {
    /// The server's own stream stays on its thread, so the pieces go through a channel.
    pub(super) fn begin(mut payload: Payload, bound: Duration, progress: Progress) -> Self {
        let (sender, receiver) = mpsc::channel(PIECES);
        actix_web::rt::spawn(async move {
            while let Some(piece) = next(&mut payload, bound).await {
                let failed = piece.is_err();
                if sender.send(piece.map(Frame::data)).await.is_err() || failed {
                    break;
                }
                progress.0.set(Instant::now());
            }
        });
        Self {
            pieces: Some(Arc::new(Mutex::new(Some(receiver)))),
        }
    }

    /// Whether the request has no body.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_none()
    }

    /// The body of one attempt to pass the request on. One that is never read, since there was no
    /// connection, leaves the pieces to the next.
    pub(super) fn body(&self) -> Outgoing {
        let Some(pieces) = self.pieces.clone() else {
            return Empty::new().map_err(|never| match never {}).boxed();
        };
        let mut taken = None;
        let pieces = stream::poll_fn(move |context| {
            if taken.is_none() {
                taken = pieces.lock().unwrap_or_else(PoisonError::into_inner).take();
            }
            match &mut taken {
                Some(receiver) => receiver.poll_recv(context),
                None => Poll::Ready(None),
            }
        });
        BodyExt::boxed(StreamBody::new(pieces))
    }
}

/// An answer's body, of the length that the service has said, if it has.
pub(super) fn incoming(body: Incoming, length: Option<u64>, bound: Duration) -> BoxBody {
    let pieces = body.into_data_stream();
    let pieces = Box::pin(stream::unfold(pieces, move |mut pieces| async move {
        next(&mut pieces, bound).await.map(|piece| (piece, pieces))
    }));
    match length {
        Some(length) => BoxBody::new(SizedStream::new(length, pieces)),
        None => BoxBody::new(BodyStream::new(pieces)),
    }
}

async fn next<S, E>(pieces: &mut S, bound: Duration) -> Option<io::Result<Bytes>>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    match timeout(bound, pieces.next()).await {
        Ok(piece) => Some(piece?.map_err(|error| io::Error::other(error.to_string()))),
        Err(_) => Some(Err(io::ErrorKind::TimedOut.into())),
    }
}
