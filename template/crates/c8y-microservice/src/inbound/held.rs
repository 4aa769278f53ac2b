//! The body of an answer that keeps something for as long as it is there.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::web::Bytes;

/// A body with something that is dropped when the HTTP server is done with the answer, which is
/// after its last byte, or when the connection has gone.
pub(crate) struct Held<T> {
    body: BoxBody,
    _kept: T,
}

impl<T> Held<T> {
    pub(crate) fn new(body: BoxBody, kept: T) -> Self {
        Self { body, _kept: kept }
    }
}

/// It is moved, and never pinned.
impl<T> Unpin for Held<T> {}

impl<T> MessageBody for Held<T> {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
