//! Whose turn it is on a connection: the caller's, or the service's.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};

use actix_web::Error;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use tokio::time::Instant;

use super::body::has_body;
use super::held::Held;

/// What the requests of a connection tell it.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    whose: Cell<Whose>,
    /// Of the task that serves the connection, where it waits for a wish.
    waker: RefCell<Option<Waker>>,
}

#[derive(Debug, Clone, Copy, Default)]
enum Whose {
    /// The caller's, for the first request.
    #[default]
    First,
    /// The caller's, for another request, since then.
    Next(Instant),
    /// The service's, which may not want the body that comes with the request.
    Service { wants_body: bool },
}

/// A request that is being served, up to the last byte of its answer.
pub(crate) struct Serving(Option<Rc<Conversation>>);

impl Conversation {
    pub(super) fn of_the_caller_since(&self) -> Option<Instant> {
        match self.whose.get() {
            Whose::Next(since) => Some(since),
            _ => None,
        }
    }

    /// Whether nothing is read for now, because nobody wants it yet. The task is woken when somebody
    /// does.
    pub(super) fn waits_for_a_wish(&self, context: &Context<'_>) -> bool {
        let waits = matches!(self.whose.get(), Whose::Service { wants_body: false });
        if waits {
            self.waker.replace(Some(context.waker().clone()));
        }
        waits
    }

    /// From now on, the body of the request that is being served is read.
    pub(super) fn wish_for_body(&self) {
        self.is_of(Whose::Service { wants_body: true });
    }

    fn is_of(&self, whose: Whose) {
        self.whose.set(whose);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl Serving {
    fn begin(request: &ServiceRequest) -> Self {
        let conversation = request.conn_data::<Rc<Conversation>>().cloned();
        if let Some(conversation) = &conversation {
            // Without a body, what is read is the next request, or that the caller has gone.
            let wants_body = !has_body(request.request());
            conversation.is_of(Whose::Service { wants_body });
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
