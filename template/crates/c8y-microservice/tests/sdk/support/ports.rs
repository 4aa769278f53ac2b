//! Ports for servers whose port has to be known before they listen.

use std::net::{Ipv4Addr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// Below the ports that the system gives to outgoing connections, which could take one between its
/// choice and its use.
const FIRST: u16 = 20_000;
const NUMBER: u16 = 12_000;

/// A port of the loopback interface that is free, and that this process hands out once.
pub(crate) fn free_port() -> u16 {
    static HANDED_OUT: AtomicU16 = AtomicU16::new(0);
    // Test runs at the same time begin far from each other: a run takes some hundred ports.
    let begin = process::id().wrapping_mul(1511) % u32::from(NUMBER);
    let begin = u16::try_from(begin).expect("less than NUMBER");
    for _ in 0..NUMBER {
        let next = HANDED_OUT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (begin + next % NUMBER) % NUMBER;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port from {FIRST} on");
}
