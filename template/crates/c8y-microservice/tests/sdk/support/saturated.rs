//! A platform that does not get to accepting connections.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};

/// A listener whose queue is full: opening a connection to it takes for ever.
pub(crate) struct Saturated {
    listener: TcpListener,
    address: SocketAddr,
    queue: Vec<TcpStream>,
}

impl Saturated {
    pub(crate) fn start() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queue = Vec::new();
        loop {
            // The system may let a few more in than it was asked to.
            let patience = Duration::from_millis(300);
            match TcpStream::connect_timeout(&address, patience) {
                Ok(connection) => queue.push(connection),
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
                    break;
                }
            }
        }
        Self {
            listener,
            address,
            queue,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Turns those away that fill the queue, and from then on hands out connections.
    pub(crate) async fn recover(&mut self) -> &TcpListener {
        for _ in self.queue.drain(..) {
            self.listener.accept().await.unwrap();
        }
        &self.listener
    }
}
