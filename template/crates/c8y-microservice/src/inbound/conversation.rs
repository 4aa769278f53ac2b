//! Whose turn it is on a connection: the caller's, or the service's.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use tokio::time::Instant;

use super::held::Held;

/// What the requests of a connection tell it.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    whose: Cell<Whose>,
    /// Of the task that serves the connection, where it waits until more is wanted.
    waker: RefCell<Option<Waker>>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Whose {
    /// The caller's, for the first request.
    #[default]
    First,
    /// The caller's, for another request, since then.
    Next(Instant),
    /// The service's, which wants so many bytes more of the request's body: none unless somebody waits
    /// for them.
    Service(usize),
}

/// What may be read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// Up to the end of the next head.
    Head,
    /// So much of a body, which is `usize::MAX` where its end is not known.
    Body(usize),
    Nothing,
}

impl Conversation {
    pub(super) fn of_the_caller_since(&self) -> Option<Instant> {
        match self.whose.get() {
            Whose::Next(since) => Some(since),
            _ => None,
        }
    }

    pub(super) fn wanted(&self) -> Wanted {
        match self.whose.get() {
            Whose::First | Whose::Next(_) => Wanted::Head,
            Whose::Service(0) => Wanted::Nothing,
            Whose::Service(left) => Wanted::Body(left),
        }
    }

    pub(super) fn wake_when_more_is_wanted(&self, context: &Context<'_>) {
        self.waker.replace(Some(context.waker().clone()));
    }

    pub(super) fn has_read(&self, bytes: usize) {
        if let Whose::Service(left) = self.whose.get()
            && left != usize::MAX
        {
            self.whose.set(Whose::Service(left.saturating_sub(bytes)));
        }
    }

    /// Somebody waits for the body of the request that is being served, of which so much is left.
    pub(super) fn wants_body(&self, left: Option<u64>) {
        let left = left.and_then(|left| usize::try_from(left).ok());
        self.is_of(Whose::Service(left.unwrap_or(usize::MAX)));
    }

    /// Nobody waits for the body any more, or not now.
    pub(super) fn wants_nothing(&self) {
        if let Whose::Service(_) = self.whose.get() {
            self.whose.set(Whose::Service(0));
        }
    }

    fn is_of(&self, whose: Whose) {
        self.whose.set(whose);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// A request that is being served, up to the last byte of its answer, or up to its error.
pub(crate) struct Serving(Option<Rc<Conversation>>);

impl Serving {
    fn begin(request: &ServiceRequest) -> Self {
        let conversation = request.conn_data::<Rc<Conversation>>().cloned();
        if let Some(conversation) = &conversation {
            conversation.is_of(Whose::Service(0));
        }
        Self(conversation)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(conversation) = &self.0 {
            conversation.is_of(Whose::Next(Instant::now()));
        }
    }
}

/// It is the service's turn from here to the last byte of the answer.
pub(crate) async fn serving(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<Held<Serving>>, Error> {
    let serving = Serving::begin(&request);
    let answer = next.call(request).await?;
    Ok(answer.map_body(|_, body| Held::new(body, serving)))
}
