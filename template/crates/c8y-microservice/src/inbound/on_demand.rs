//! A body that is read when somebody waits for it, and no further.

use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;

use super::Conversation;

pub(super) struct OnDemand {
    payload: Payload,
    /// What has not arrived yet, where that is known.
    left: Option<u64>,
    conversation: Rc<Conversation>,
}

impl OnDemand {
    pub(super) fn new(
        payload: Payload,
        length: Option<u64>,
        conversation: Rc<Conversation>,
    ) -> Self {
        Self {
            payload,
            left: length,
            conversation,
        }
    }
}

impl Stream for OnDemand {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.payload).poll_next(context);
        if let Poll::Ready(Some(Ok(bytes))) = &next {
            let arrived = bytes.len() as u64;
            this.left = this.left.map(|left| left.saturating_sub(arrived));
        }
        if next.is_pending() {
            // All that was read has been taken.
            this.conversation.wants_body(this.left);
        } else {
            this.conversation.wants_nothing();
        }
        next
    }
}

impl Drop for OnDemand {
    fn drop(&mut self) {
        self.conversation.wants_nothing();
    }
}
