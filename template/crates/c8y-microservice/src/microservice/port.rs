//! The port that the service listens on, and how it closes so that nobody is lost who was let in.
//!
//! A listening socket that is closed resets the connections in its queue, and the HTTP server drops
//! those whose request it has not read by then. So the order is: let nobody else in, serve those who
//! are there until nobody comes any more, close.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::deadline::Stop;

/// How long no request has to arrive. It is ample time for a connection that was let in to be
/// accepted and read.
const QUIET: Duration = Duration::from_millis(200);

/// Connections that wait to be accepted. The standard library's 128 are too few for a crowd: whom the
/// system turns away tries again a second later.
const QUEUE: i32 = 1024;

pub(super) struct Port(TcpListener);

impl Port {
    pub(super) fn bind(address: SocketAddr) -> io::Result<Self> {
        let domain = Domain::for_address(address);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        // As the standard library does: a port whose connections have just ended is free again.
        socket.set_reuse_address(cfg!(unix))?;
        socket.bind(&address.into())?;
        socket.listen(QUEUE)?;
        Ok(Self(socket.into()))
    }

    /// The socket for the HTTP server. The port stays open until both are dropped.
    pub(super) fn listener(&self) -> io::Result<TcpListener> {
        self.0.try_clone()
    }

    /// Lets nobody else in, and waits until those who were let in have all been heard, at most this
    /// long.
    pub(super) async fn close(self, stop: &Stop, at_most: Duration) {
        if let Err(error) = refuse_connections(&self.0) {
            debug!(%error, "connections are let in until the port is closed");
        }
        // It would not be quiet where connections are still let in.
        timeout(at_most, self.quiet(stop)).await.ok();
    }

    async fn quiet(&self, stop: &Stop) {
        loop {
            let before = stop.arrivals();
            sleep(QUIET).await;
            if stop.arrivals() == before && !self.has_queue().unwrap_or(false) {
                return;
            }
        }
    }

    /// Whether there are connections that the HTTP server has not accepted, as when it has all that
    /// it may have.
    fn has_queue(&self) -> io::Result<bool> {
        let mut events = Events::with_capacity(1);
        let mut poll = Poll::new()?;
        let mut listener = mio::net::TcpListener::from_std(self.0.try_clone()?);
        let registry = poll.registry();
        registry.register(&mut listener, Token(0), Interest::READABLE)?;
        poll.poll(&mut events, Some(Duration::ZERO))?;
        Ok(!events.is_empty())
    }
}

/// Has the system drop what begins a connection. Those that have begun, and those that wait to be
/// accepted, go on. Whoever begins one now hears nothing, tries again a second later, and is refused
/// then, as the port is closed.
#[cfg(target_os = "linux")]
fn refuse_connections(listener: &TcpListener) -> io::Result<()> {
    use socket2::{SockFilter, SockRef};

    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    const SYN_AND_ACK: u32 = 0x12;
    // Of a segment: load its flags; keep these two; if it is SYN alone, take 0 bytes of it, else all.
    let filter = [
        SockFilter::new(0x30, 0, 0, FLAGS),
        SockFilter::new(0x54, 0, 0, SYN_AND_ACK),
        SockFilter::new(0x15, 0, 1, SYN),
        SockFilter::new(0x06, 0, 0, 0),
        SockFilter::new(0x06, 0, 0, u32::MAX),
    ];
    SockRef::from(listener).attach_filter(&filter)
}

#[cfg(not(target_os = "linux"))]
fn refuse_connections(_listener: &TcpListener) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    fn port() -> (Port, SocketAddr) {
        let port = Port::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = port.0.local_addr().unwrap();
        (port, address)
    }

    #[test]
    fn who_waits_to_be_accepted_is_seen() {
        let (port, address) = port();
        assert!(!port.has_queue().unwrap());
        let _caller = TcpStream::connect(address).unwrap();
        assert!(port.has_queue().unwrap());
        port.listener().unwrap().accept().unwrap();
        assert!(!port.has_queue().unwrap());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nobody_else_is_let_in_and_who_waits_is_accepted() {
        let (port, address) = port();
        let _early = TcpStream::connect(address).unwrap();
        refuse_connections(&port.0).unwrap();
        let late = TcpStream::connect_timeout(&address, Duration::from_millis(300));
        late.expect_err("it hears nothing");
        port.0.accept().unwrap();
        assert!(!port.has_queue().unwrap());
    }
}
