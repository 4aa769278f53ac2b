//! Half of an answer.

use std::future::poll_fn;
use std::pin::Pin;

use actix_web::body::{BodySize, BodyStream, BoxBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::http::header::{CONTENT_LENGTH, HeaderValue};
use actix_web::web::Bytes;
use futures_util::{Stream, stream};

use super::middleware::broken;

pub(super) type Error = <BoxBody as MessageBody>::Error;

/// Closes the connection after half of the answer's body. One without a body stays whole.
pub(super) fn halve(answer: ServiceResponse) -> ServiceResponse {
    answer.map_body(|head, body| match body.size() {
        BodySize::None | BodySize::Sized(0) => body,
        BodySize::Sized(length) => {
            promise(head, length);
            BoxBody::new(BodyStream::new(Box::pin(beginning(body, length / 2))))
        }
        BodySize::Stream => BoxBody::new(BodyStream::new(Box::pin(half_a_piece(body)))),
    })
}

/// The server would not end a body of a length before that length: it is told that this one ends
/// with the connection.
fn promise(head: &mut ResponseHead, length: u64) {
    head.no_chunking(true);
    head.set_connection_type(ConnectionType::Close);
    head.headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
}

fn beginning(body: BoxBody, length: u64) -> impl Stream<Item = Result<Bytes, Error>> {
    stream::unfold((Box::pin(body), length), |(mut body, left)| async move {
        if left == 0 {
            return None;
        }
        let piece = match next(&mut body).await? {
            Ok(piece) => {
                piece.slice(..piece.len().min(usize::try_from(left).unwrap_or(usize::MAX)))
            }
            Err(error) => return Some((Err(error), (body, 0))),
        };
        let left = left - piece.len() as u64;
        Some((Ok(piece), (body, left)))
    })
}

/// Half of the first piece, and the connection breaks off.
fn half_a_piece(body: BoxBody) -> impl Stream<Item = Result<Bytes, Error>> {
    stream::unfold(Some(Box::pin(body)), |body| async move {
        let Some(mut body) = body else {
            // The server sends what it has while this one waits, and nothing after an error.
            tokio::task::yield_now().await;
            return Some((Err(broken().into()), None));
        };
        let piece = next(&mut body).await?;
        let half = piece.map(|piece| piece.slice(..piece.len() / 2));
        Some((half, None))
    })
}

/// The next piece of a body.
pub(super) async fn next(body: &mut Pin<Box<BoxBody>>) -> Option<Result<Bytes, Error>> {
    poll_fn(|context| body.as_mut().poll_next(context)).await
}
