//! The connection that a request came on: the server keeps it to itself, so a second handle on its
//! socket is what resets it.

use std::any::Any;
use std::io;
use std::time::Duration;

use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use socket2::{SockRef, Socket};

/// A second handle on a connection's socket, which goes with the connection.
pub(super) struct Connection(Socket);

/// Keeps a handle on each new connection.
pub(crate) fn remember(stream: &dyn Any, data: &mut Extensions) {
    let stream = stream.downcast_ref::<TcpStream>();
    let socket = stream.map(|stream| SockRef::from(stream).try_clone());
    // Without one, such as when there are too many open files, the connection cannot be reset, and
    // is dropped instead.
    if let Some(Ok(socket)) = socket {
        data.insert(Connection(socket));
    }
}

impl Connection {
    /// From now on the system resets the connection when it is closed.
    pub(super) fn reset_when_closed(&self) -> io::Result<()> {
        self.0.set_linger(Some(Duration::ZERO))
    }
}
