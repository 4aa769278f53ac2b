//! A caller's connection, which ends when the caller keeps the service waiting, and from which no
//! more is read than is wanted.
//!
//! The HTTP server bounds the time of a connection's first head, and that between a whole answer
//! and the first byte of the next request. Here is what it leaves open: a later head that does not
//! come to its end, a body that goes on or stops after its answer, an answer that nobody reads; and
//! that it would read a hundred KiB of a body that may be refused, and take apart all requests that
//! have come behind the one it serves, each into some KiB.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::Conversation;
use super::conversation::Wanted;
use super::head_end::HeadEnd;

/// Bytes of a body that are read before the HTTP server has a look at them.
const AT_ONCE: usize = 16 * 1024;
/// The same of a body whose length is not known: behind its end may be requests.
const AT_ONCE_WITHOUT_END: usize = 1024;
/// So few bytes behind a head come along with it: a small body, so that the connection of those who
/// send one in vain goes on, or a few requests.
const WITH_A_HEAD: usize = 256;
/// What is read at once in search of the end of a head, and so what may be kept from behind it.
const OF_A_HEAD: usize = 8 * 1024;
/// Bytes that nobody wants yet, and that are read to see whether the caller has gone.
const MOST_AHEAD: usize = 256;

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
    head_end: HeadEnd,
    /// The HTTP server has a whole head that it has not looked at yet.
    has_head: bool,
    /// Bytes that were read in a row.
    at_once: usize,
    /// What was read, and nobody has wanted yet.
    ahead: Vec<u8>,
    /// Nothing comes after that.
    is_closed: bool,
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
            head_end: HeadEnd::default(),
            has_head: false,
            at_once: 0,
            ahead: Vec::new(),
            is_closed: false,
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

    /// Whether the caller has had its time for another request.
    fn is_given_up(&mut self, context: &mut Context<'_>) -> bool {
        let since = self.conversation.of_the_caller_since();
        since.is_some_and(|since| self.is_over(since + self.patience.between_requests, context))
    }

    /// Waits until more is wanted, or the caller has gone.
    fn poll_gone(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let gone = self.poll_ahead(context)?;
        if self.ahead.is_empty() {
            return gone.map(Ok);
        }
        // What there is may be wanted before anything new comes.
        self.conversation.wake_when_more_is_wanted(context);
        Poll::Pending
    }

    /// Reads ahead as far as it may, or to the end.
    fn poll_ahead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; MOST_AHEAD];
        while self.ahead.len() < MOST_AHEAD && !self.is_closed {
            let mut buffer = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
            self.ahead.extend_from_slice(buffer.filled());
            self.is_closed = buffer.filled().is_empty();
        }
        Poll::Ready(Ok(()))
    }

    /// Reads up to so many bytes: how many there were.
    fn poll_bytes(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        most: usize,
    ) -> Poll<io::Result<usize>> {
        let most = most.min(buffer.remaining());
        if !self.ahead.is_empty() || self.is_closed {
            let bytes = most.min(self.ahead.len());
            buffer.put_slice(&self.ahead[..bytes]);
            self.ahead.drain(..bytes);
            return Poll::Ready(Ok(bytes));
        }
        // What connections that are idle have none of.
        self.ahead = Vec::new();
        let before = buffer.filled().len();
        if most == buffer.remaining() {
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        } else {
            let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut part))?;
            let bytes = part.filled().len();
            buffer.advance(bytes);
        }
        Poll::Ready(Ok(buffer.filled().len() - before))
    }

    /// Reads up to the end of a head, and little more. What else has come is kept for later.
    fn poll_head(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.poll_bytes(context, buffer, OF_A_HEAD))?;
        let bytes = &buffer.filled()[before..];
        if let Some(end) = self.head_end.find(bytes) {
            self.has_head = true;
            let is_little = bytes.len() - end <= WITH_A_HEAD;
            let (taken, behind) = bytes.split_at(if is_little { bytes.len() } else { end });
            self.head_end.go_on(&taken[end..]);
            let end = before + taken.len();
            if !behind.is_empty() {
                self.ahead.splice(..0, behind.iter().copied());
                buffer.set_filled(end);
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_body(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        left: usize,
    ) -> Poll<io::Result<()>> {
        let at_once = if left == usize::MAX {
            AT_ONCE_WITHOUT_END
        } else {
            AT_ONCE
        };
        if self.at_once >= at_once {
            self.at_once = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let most = left.min(at_once - self.at_once);
        let read = self.poll_bytes(context, buffer, most);
        if let Poll::Ready(Ok(bytes)) = read {
            self.at_once += bytes;
            self.conversation.has_read(bytes);
        } else {
            self.at_once = 0;
        }
        read.map_ok(drop)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_given_up(context) {
            // As if the caller had closed: what is left of an answer is still sent.
            return Poll::Ready(Ok(()));
        }
        match this.conversation.wanted() {
            Wanted::Head if this.has_head => {
                this.has_head = false;
                let gone = this.poll_gone(context);
                if !this.ahead.is_empty() {
                    // It may have been no head, after which nobody would want more.
                    context.waker().wake_by_ref();
                }
                gone
            }
            Wanted::Head => this.poll_head(context, buffer),
            Wanted::Body(left) => this.poll_body(context, buffer, left),
            Wanted::Nothing => this.poll_gone(context),
        }
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
        let this = self.get_mut();
        // Comes after each answer, while nothing is read after one that was ready at once.
        if this.is_given_up(context) {
            // To read, which ends the connection.
            context.waker().wake_by_ref();
        }
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
