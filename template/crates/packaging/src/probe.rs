//! Probes: how the platform finds out whether an instance is alive, and whether it is ready.

use serde::{Deserialize, Serialize};

/// A liveness or readiness probe. It has exactly one action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// Runs a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    exec: Option<Exec>,
    /// Opens a connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    tcp_socket: Option<TcpSocket>,
    /// Sends a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    http_get: Option<HttpGet>,
    /// Seconds before the first try.
    #[serde(default)]
    pub initial_delay_seconds: u64,
    /// Seconds between tries.
    #[serde(default = "ten")]
    pub period_seconds: u64,
    /// Tries that have to succeed in a row after a failure.
    #[serde(default = "one")]
    pub success_threshold: u64,
    /// Seconds that a try may take.
    #[serde(default = "one")]
    pub timeout_seconds: u64,
    /// Tries that have to fail in a row before the platform acts.
    #[serde(default = "three")]
    pub failure_threshold: u64,
}

impl Probe {
    /// What a try does; none only in a probe that was never checked.
    #[must_use]
    pub fn action(&self) -> Option<ProbeAction<'_>> {
        let exec = self.exec.as_ref().map(ProbeAction::Exec);
        let tcp_socket = self.tcp_socket.as_ref().map(ProbeAction::TcpSocket);
        let http_get = self.http_get.as_ref().map(ProbeAction::HttpGet);
        exec.or(tcp_socket).or(http_get)
    }
}

fn one() -> u64 {
    1
}

fn three() -> u64 {
    3
}

fn ten() -> u64 {
    10
}

/// What a try of a probe does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeAction<'a> {
    /// Runs a command.
    Exec(&'a Exec),
    /// Opens a connection.
    TcpSocket(&'a TcpSocket),
    /// Sends a request.
    HttpGet(&'a HttpGet),
}

/// A command in the instance; status 0 is a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
pub struct Exec {
    /// Program and arguments.
    pub command: Vec<String>,
}

/// A connection to a port; being able to open it is a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
pub struct TcpSocket {
    /// The host.
    pub host: String,
    /// The port.
    #[serde(default = "http_port")]
    pub port: u16,
}

/// An HTTP request; a status from 200 to 399 is a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
pub struct HttpGet {
    /// The host, where it is not the instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The path.
    pub path: String,
    /// The port.
    #[serde(default = "http_port")]
    pub port: u16,
    /// HTTP or HTTPS.
    #[serde(default)]
    pub scheme: Scheme,
    /// Headers of the request.
    #[serde(default)]
    pub headers: Vec<Header>,
}

fn http_port() -> u16 {
    80
}

/// HTTP or HTTPS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Scheme {
    /// Plain HTTP.
    #[default]
    Http,
    /// HTTP over TLS.
    Https,
}

/// A header of a probe's request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}
