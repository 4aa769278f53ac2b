//! Bodies on their way through the gateway: streamed in both directions, each piece within a bound.

use std::io;
use std::time::Duration;

use actix_web::body::{BodyStream, BoxBody, SizedStream};
use actix_web::web::Payload;
use futures_util::{Stream, StreamExt, stream};
use http_body_util::combinators;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How many pieces of a request's body may wait for a slow service.
const PIECES: usize = 8;

/// A body that the gateway sends.
pub(super) type Outgoing = combinators::BoxBody<Bytes, io::Error>;

pub(super) fn empty() -> Outgoing {
    Empty::new().map_err(|never| match never {}).boxed()
}

/// A request's body. The server's own stream stays on its thread, so the pieces go through a
/// channel.
pub(super) fn outgoing(mut payload: Payload, bound: Duration) -> Outgoing {
    let (sender, mut receiver) = mpsc::channel(PIECES);
    actix_web::rt::spawn(async move {
        while let Some(piece) = next(&mut payload, bound).await {
            let failed = piece.is_err();
            if sender.send(piece.map(Frame::data)).await.is_err() || failed {
                break;
            }
        }
    });
    let pieces = stream::poll_fn(move |context| receiver.poll_recv(context));
    BodyExt::boxed(StreamBody::new(pieces))
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
