//! Ports to listen on.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Below what Linux and macOS give to outgoing connections.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 12_000;
const TRIES: usize = 100;
const PATIENCE: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(10);

/// Takes a port of the loopback interface, 0 for any free one. A port that a server has just left
/// can be taken.
pub(crate) fn bind(port: u16) -> io::Result<TcpListener> {
    if port == 0 {
        bind_any()
    } else {
        bind_left(Ipv4Addr::LOCALHOST, port)
    }
}

/// Takes a port of the loopback interface, and the same one of another address of this machine; of
/// the loopback interface alone where the address is another machine's.
pub(crate) fn bind_both(port: u16, address: Ipv4Addr) -> io::Result<Vec<TcpListener>> {
    let mut tries = if port == 0 { TRIES } else { 1 };
    loop {
        let first = bind(port)?;
        tries -= 1;
        match bind_left(address, first.local_addr()?.port()) {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => return Ok(vec![first]),
            Err(error) if error.kind() == ErrorKind::AddrInUse && tries > 0 => {}
            Err(error) => return Err(error),
        }
    }
}

/// A process that is being started has, for a moment, a copy of every socket that this one had: a
/// port that was let go of is free only after that.
fn bind_left(address: Ipv4Addr, port: u16) -> io::Result<TcpListener> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind((address, port)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < deadline => {
                std::thread::sleep(POLL);
            }
            bound => return bound,
        }
    }
}

/// The system would choose among the ports that it also gives to outgoing connections, and one of
/// these could sit on the port when a platform is to start on it again, or a service that was told
/// its number is to listen there. For the same reason no port is given twice in a row: each process
/// begins somewhere and goes on from there.
fn bind_any() -> io::Result<TcpListener> {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(fastrand::u16(..)));
    let mut ports = (0..TRIES).map(|_| FIRST_PORT + NEXT.fetch_add(1, Relaxed) % PORTS);
    let listener = ports.find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    listener.map_or_else(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_addresses_have_the_same_port() {
        let listeners = bind_both(0, Ipv4Addr::new(127, 0, 0, 2)).expect("a free port");
        let ports = listeners
            .iter()
            .map(|it| it.local_addr().map(|it| it.port()));
        let ports: Vec<u16> = ports.collect::<Result<_, _>>().expect("ports");
        assert!(ports.iter().all(|port| *port == ports[0]), "{ports:?}");
    }

    #[test]
    fn the_address_of_another_machine_is_left_out() {
        // A block that is for documentation alone.
        let listeners = bind_both(0, Ipv4Addr::new(203, 0, 113, 7)).expect("a free port");
        assert_eq!(listeners.len(), 1);
    }

    #[test]
    fn a_port_that_is_taken_on_the_other_address_is_an_error() {
        let free = bind(0)
            .expect("a free port")
            .local_addr()
            .expect("its address");
        let other = Ipv4Addr::new(127, 0, 0, 3);
        let Ok(_taken) = TcpListener::bind((other, free.port())) else {
            return; // Only Linux has all of 127.0.0.0/8.
        };
        let error = bind_both(free.port(), other).expect_err("it is taken");
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    }
}
