//! Ports for servers whose port has to be known before they listen.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that the local platform takes, and those that the system gives to outgoing
/// connections: either could take one between its choice and its use.
const FIRST: u16 = 10_000;
const BLOCKS: u16 = 10;
const BLOCK: u16 = 1000;

/// The ports of this process, so that no test run takes one that another has just left: whoever
/// listens on the first of a block has the others.
static OWN: LazyLock<(TcpListener, u16)> = LazyLock::new(|| {
    let mut blocks = (0..BLOCKS).map(|block| FIRST + block * BLOCK);
    let own = blocks.find_map(|first| Some((listen(first)?, first)));
    own.expect("a block of ports that no other test run has")
});

/// A port of the loopback interface that is free, and that is handed out once.
pub(crate) fn free_port() -> u16 {
    static HANDED_OUT: AtomicU16 = AtomicU16::new(0);
    loop {
        let next = HANDED_OUT.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(next < BLOCK, "this process has handed out all of its ports");
        let port = OWN.1 + next;
        if listen(port).is_some() {
            return port;
        }
    }
}

fn listen(port: u16) -> Option<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
}
