//! How much memory the bodies of all requests take together.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::Error;
use actix_web::HttpRequest;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::body::{has_body, stated_length};
use super::{ApiError, BodyLimit, Conversation, given};
use crate::deadline;

/// Bodies up to this size need no room: a connection has as much for what it reads.
const SMALL: u32 = 8 * 1024;
const MOST_PERMITS: u32 = 1 << 28;

/// Room for the bodies of requests that are being served, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct BodyRoom {
    free: Arc<Semaphore>,
    /// What one body counts for at most. A longer one is refused soon, or read in pieces by an
    /// endpoint that has to leave room for others.
    most: u32,
}

impl BodyRoom {
    /// So many bytes, but enough for one body of any size that is allowed.
    pub(crate) fn new(bytes: u64, limit: BodyLimit) -> Self {
        let limit = limit.0 as u64;
        // As many as Tokio counts on every machine.
        let [all, most] = [bytes.max(limit), (bytes / 2).max(limit)]
            .map(|bytes| u32::try_from(bytes).map_or(MOST_PERMITS, |it| it.min(MOST_PERMITS)));
        Self {
            free: Arc::new(Semaphore::new(all as usize)),
            most,
        }
    }

    /// Waits for room for the body of a request, as long as the request has time.
    async fn take(&self, request: &HttpRequest) -> Result<Option<OwnedSemaphorePermit>, ApiError> {
        // What does not say its length may have all that it may have.
        let length = match stated_length(request) {
            Some(length) => length,
            None => given::<BodyLimit>(request)?.0 as u64,
        };
        let bytes = u32::try_from(length).map_or(self.most, |bytes| bytes.min(self.most));
        if bytes <= SMALL {
            return Ok(None);
        }
        let room = Arc::clone(&self.free).acquire_many_owned(bytes);
        let deadline = deadline::current();
        let room = deadline::before_the_end(deadline.as_ref(), room).await;
        let room = room.and_then(Result::ok).ok_or_else(|| {
            ApiError::unavailable(
                "The service has no memory for the body: too many others are being served",
            )
        })?;
        Ok(Some(room))
    }
}

/// Has a body read when there is room for it. Until then, what the caller sends waits on its way.
pub(crate) async fn room_for_body(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !has_body(request.request()) {
        return next.call(request).await;
    }
    let room = match taken(request.request()).await {
        Ok(room) => room,
        Err(error) => return Ok(request.error_response(error)),
    };
    if let Some(conversation) = request.conn_data::<Rc<Conversation>>() {
        conversation.wish_for_body();
    }
    let answer = next.call(request).await;
    drop(room);
    answer
}

async fn taken(request: &HttpRequest) -> Result<Option<OwnedSemaphorePermit>, ApiError> {
    given::<BodyRoom>(request)?.take(request).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::ResponseError;
    use actix_web::test::TestRequest;

    use super::*;
    use crate::deadline::{Deadline, Stop};

    const LIMIT: BodyLimit = BodyLimit(100_000);

    fn of_length(bytes: u64) -> HttpRequest {
        let request = TestRequest::post().app_data(LIMIT);
        request
            .insert_header(("content-length", bytes))
            .to_http_request()
    }

    fn of_unknown_length() -> HttpRequest {
        let request = TestRequest::post().app_data(LIMIT);
        request
            .insert_header(("transfer-encoding", "chunked"))
            .to_http_request()
    }

    /// What a request gets whose time is over soon.
    async fn soon(room: &BodyRoom, request: &HttpRequest) -> Result<bool, ApiError> {
        let deadline = Deadline::after(Duration::from_millis(200), &Stop::default());
        let taken = deadline::scope(Some(deadline), room.take(request)).await;
        taken.map(|room| room.is_some())
    }

    #[tokio::test]
    async fn a_body_that_finds_no_room_in_time_is_refused() {
        let room = BodyRoom::new(0, LIMIT);
        let held = room.take(&of_unknown_length()).await.unwrap();
        let refusal = soon(&room, &of_length(8_193)).await.unwrap_err();
        assert_eq!(refusal.status_code().as_u16(), 503);
        assert!(refusal.to_string().contains("no memory"), "{refusal}");
        assert_eq!(
            soon(&room, &of_length(8_192)).await,
            Ok(false),
            "a small one"
        );
        drop(held);
        assert_eq!(soon(&room, &of_length(8_193)).await, Ok(true));
    }

    #[tokio::test]
    async fn there_is_room_for_one_body_of_any_length() {
        let room = BodyRoom::new(10, LIMIT);
        for length in [100_000, 100_001, u64::MAX] {
            assert_eq!(soon(&room, &of_length(length)).await, Ok(true));
        }
        let _held = room.take(&of_length(50_000)).await.unwrap();
        assert_eq!(soon(&room, &of_length(50_000)).await, Ok(true));
        assert!(soon(&room, &of_length(50_001)).await.is_err());
    }

    #[tokio::test]
    async fn no_body_takes_all_where_there_is_room_for_two() {
        let room = BodyRoom::new(300_000, LIMIT);
        let _held = room.take(&of_length(u64::MAX)).await.unwrap();
        assert_eq!(soon(&room, &of_length(u64::MAX)).await, Ok(true));
        let _held = room.take(&of_length(100_001)).await.unwrap();
        assert!(soon(&room, &of_length(50_000)).await.is_err());
    }
}
