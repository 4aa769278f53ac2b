//! Requests byte by byte: clients tidy up what these tests are about.

use crate::support::wire::statuses;

/// A request without a body, after which the connection ends.
pub(super) fn head(method: &str, path: &str, headers: &str) -> Vec<u8> {
    let fixed = "Host: localhost\r\nConnection: close\r\nContent-Length: 0\r\n";
    format!("{method} {path} HTTP/1.1\r\n{fixed}{headers}\r\n").into_bytes()
}

/// The status of an answer; 0 where there is none.
pub(super) fn status(answer: &str) -> u16 {
    statuses(answer).first().copied().unwrap_or_default()
}
