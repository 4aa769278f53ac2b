//! Why a step failed: what was done, what the platform answered, and what to do about it.

use std::fmt;
use std::io;

use ureq::http::StatusCode;

use super::answer::Refusal;
use super::{Platform, Step};

/// A step that failed.
#[derive(Debug)]
pub(in super::super) struct CallError {
    problem: String,
    advice: String,
    status: Option<u16>,
}

impl std::error::Error for CallError {}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  {}", self.problem, self.advice)
    }
}

impl CallError {
    /// The platform has answered with a status that is none of success.
    pub(super) fn refused(platform: &Platform, step: &Step, refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status);
        let status = status.map_or_else(|_| refusal.status.to_string(), |it| it.to_string());
        let said = [refusal.error, refusal.message, refusal.location];
        let said = [status].into_iter().chain(said.into_iter().flatten());
        let said = said.collect::<Vec<_>>().join(": ");
        let (doing, address) = (&step.doing, platform.address());
        Self {
            problem: format!("cannot {doing}: {address} answered {said}"),
            advice: step.advice(refusal.status),
            status: Some(refusal.status),
        }
    }

    /// There is no answer, or not the whole of it.
    pub(super) fn unreached(platform: &Platform, step: &Step, error: &ureq::Error) -> Self {
        let (doing, address) = (&step.doing, platform.address());
        let (reason, advice) = explain(error);
        Self {
            problem: format!("cannot {doing}: {address} {reason}"),
            advice: advice.to_owned(),
            status: None,
        }
    }

    /// The answer is not of the form that it should have.
    pub(super) fn unexpected(address: &str, step: &Step, error: &serde_json::Error) -> Self {
        // The error's text may repeat a value, and that may be a password.
        let (doing, line, column) = (&step.doing, error.line(), error.column());
        Self {
            problem: format!(
                "cannot {doing}: {address} answered what no platform does (line {line}, column {column})"
            ),
            advice: step.advice(StatusCode::NOT_FOUND.as_u16()),
            status: None,
        }
    }

    /// The status of the answer, where there is one.
    pub(in super::super) fn status(&self) -> Option<u16> {
        self.status
    }
}

fn explain(error: &ureq::Error) -> (String, &'static str) {
    const AGAIN: &str = "check the network, and run the goal again: that does no harm";
    const NETWORK: &str = "check the address (-d), the network and the proxy (HTTPS_PROXY)";
    match error {
        ureq::Error::HostNotFound => (
            "has a name that nobody knows".to_owned(),
            "check the address (-d), and that the network answers names",
        ),
        ureq::Error::Timeout(_) => ("does not answer in time".to_owned(), AGAIN),
        ureq::Error::Rustls(error) => encryption(error),
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => ("refuses connections".to_owned(), NETWORK),
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                ("cannot be reached".to_owned(), NETWORK)
            }
            // What TLS has against the data is wrapped as such.
            io::ErrorKind::InvalidData => encryption(error),
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
                ("does not answer in time".to_owned(), AGAIN)
            }
            io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::UnexpectedEof => (format!("broke the connection: {error}"), AGAIN),
            // So do names that nobody knows come.
            _ => (format!("cannot be reached: {error}"), NETWORK),
        },
        error => (format!("does not answer: {error}"), NETWORK),
    }
}

fn encryption(error: &dyn fmt::Display) -> (String, &'static str) {
    (
        format!("cannot be talked to over TLS: {error}"),
        "check that the address (-d) is that of the platform and speaks https; where a company's proxy or CA signs its certificate, add that CA to those of the system",
    )
}
