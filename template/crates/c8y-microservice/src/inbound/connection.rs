//! A caller's connection, which ends when the caller keeps the service waiting.
//!
//! The HTTP server bounds the time of a connection's first head, and that between a whole answer
//! and the first byte of the next request. Here is what it leaves open: a later head that does not
//! come to its end, a body that goes on after its answer, an answer that nobody reads, and how much
//! of a body is read before anybody wants it.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::Conversation;

/// Bytes that are read before the HTTP server has a look at them: by itself it would first read a
/// hundred KiB of a body that may be refused.
const AT_ONCE: usize = 16 * 1024;

/// How long a caller may keep a connection waiting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// From an answer to the end of the next request's head.
    pub(crate) between_requests: Duration,
    /// Until something more of an answer is taken.
    pub(crate) unread: Duration,
}

pub(crate) struct Connection {
    stream: TcpStream,
    conversation: Rc<Conversation>,
    patience: Patience,
    /// Bytes that were read in a row.
    at_once: usize,
    /// Since when nothing of an answer was taken.
    unread: Option<Instant>,
    /// Wakes the task that serves the connection, now and then too early.
    alarm: Pin<Box<Sleep>>,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, patience: Patience) -> Self {
        Self {
            stream,
            conversation: Rc::default(),
            patience,
            at_once: 0,
            unread: None,
            alarm: Box::pin(sleep(patience.between_requests)),
        }
    }

    /// What the requests of this connection tell it.
    pub(crate) fn conversation(&self) -> Rc<Conversation> {
        Rc::clone(&self.conversation)
    }

    /// Whether the time is over. If not, the task is woken then at the latest.
    fn is_over(&mut self, end: Instant, context: &mut Context<'_>) -> bool {
        // Set anew only where it rings too late, or has rung: once in a while, not with each request.
        if self.alarm.deadline() > end || self.alarm.is_elapsed() {
            self.alarm.as_mut().reset(end);
        }
        if self.alarm.as_mut().poll(context).is_pending() {
            return false;
        }
        self.alarm.as_mut().reset(end);
        self.alarm.as_mut().poll(context).is_ready()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(since) = this.conversation.of_the_caller_since()
            && this.is_over(since + this.patience.between_requests, context)
        {
            // As if the caller had closed: what is left of an answer is still sent.
            return Poll::Ready(Ok(()));
        }
        if this.conversation.waits_for_a_wish(context) {
            return Poll::Pending;
        }
        if this.at_once >= AT_ONCE {
            this.at_once = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        match read {
            Poll::Ready(_) => this.at_once += buffer.filled().len() - before,
            Poll::Pending => this.at_once = 0,
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(context, bytes);
        if written.is_ready() {
            this.unread = None;
            return written;
        }
        let since = *this.unread.get_or_insert_with(Instant::now);
        if this.is_over(since + this.patience.unread, context) {
            let unread = io::Error::new(io::ErrorKind::TimedOut, "the caller does not read");
            return Poll::Ready(Err(unread));
        }
        Poll::Pending
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
