//! Answers whose bodies are not what they were: too large, no JSON, or slow.

use std::time::Duration;

use actix_web::body::{BodySize, BodyStream, BoxBody, MessageBody, SizedStream};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::Bytes;
use futures_util::{Stream, stream};
use tokio::time::sleep;

use super::half_body::{Error, next};

/// Bytes of a body that is too large: more than any caller has memory for.
const OVERSIZED: usize = 1 << 30;
static PIECE: [u8; 64 * 1024] = [b'x'; 64 * 1024];

/// What something between the platform and its caller answers in its place.
const GARBLED: &str = "<html><body>This page was asked for: a fault is injected</body></html>";

/// A JSON text of a gigabyte, in pieces that are all the same: nobody holds it. It does not say its
/// length.
pub(super) fn oversize(answer: ServiceResponse) -> ServiceResponse {
    instead(answer, || {
        let pieces = std::iter::repeat_n(PIECE.as_slice(), OVERSIZED / PIECE.len());
        let all = [b"\"".as_slice()]
            .into_iter()
            .chain(pieces)
            .chain([b"\"".as_slice()]);
        let all = all.map(|piece| Ok::<_, Error>(Bytes::from_static(piece)));
        BoxBody::new(BodyStream::new(stream::iter(all)))
    })
}

/// A page, as if it were what the answer says.
pub(super) fn garble(answer: ServiceResponse) -> ServiceResponse {
    instead(answer, || BoxBody::new(GARBLED))
}

/// The body as it is, one byte after each pause.
pub(super) fn slow_down(answer: ServiceResponse, pause: Duration) -> ServiceResponse {
    answer.map_body(|_, body| match body.size() {
        BodySize::None | BodySize::Sized(0) => body,
        BodySize::Sized(length) => {
            BoxBody::new(SizedStream::new(length, Box::pin(bytes(body, pause))))
        }
        BodySize::Stream => BoxBody::new(BodyStream::new(Box::pin(bytes(body, pause)))),
    })
}

fn bytes(body: BoxBody, pause: Duration) -> impl Stream<Item = Result<Bytes, Error>> {
    let begin = (Box::pin(body), Bytes::new());
    stream::unfold(begin, move |(mut body, mut piece)| async move {
        while piece.is_empty() {
            match next(&mut body).await? {
                Ok(more) => piece = more,
                Err(error) => return Some((Err(error), (body, piece))),
            }
        }
        sleep(pause).await;
        let byte = piece.split_to(1);
        Some((Ok(byte), (body, piece)))
    })
}

/// Another body, where there is one. Where it is sent, how long it is is said anew.
fn instead(answer: ServiceResponse, other: impl FnOnce() -> BoxBody) -> ServiceResponse {
    answer.map_body(|head, body| match body.size() {
        BodySize::None | BodySize::Sized(0) => body,
        BodySize::Sized(_) | BodySize::Stream => {
            head.headers_mut().remove(CONTENT_LENGTH);
            other()
        }
    })
}
