//! Where the service listens, what it lets callers take, and how it stops.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::environment::Reader;
use super::values;
use crate::memory::Share;

/// The platform gives a container 30 seconds between SIGTERM and SIGKILL; the last one is left for
/// the end of the process.
pub(crate) const LONGEST_SHUTDOWN: Duration = Duration::from_secs(29);

/// An hour: whoever waits longer is gone.
const LONGEST_REQUEST_MS: u64 = 3_600_000;
const BODY_LIMIT: usize = 256 * 1024;
const MOST_CONNECTIONS: usize = 10_000;
/// What an open connection takes, roughly: its buffers, and the request being served.
const CONNECTION: u64 = 32 * 1024;

/// Where the service listens, what it lets callers take, and how it stops.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Server {
    /// `SERVER_ADDRESS`: the address to bind; `0.0.0.0`.
    pub address: IpAddr,
    /// `SERVER_PORT`: the port to bind; 80.
    pub port: u16,
    /// `SERVER_MAX_CONNECTIONS`: connections that are open at the same time; further ones, also those
    /// of probes, wait to be accepted. 10000, or what an eighth of `MEMORY_LIMIT` is enough for at 32 KiB
    /// each: 976 with the default.
    pub max_connections: usize,
    /// `SERVER_KEEP_ALIVE`: milliseconds that a connection stays open between two requests; 5000.
    /// 0 closes it after each answer.
    pub keep_alive: Duration,
    /// `REQUEST_HEAD_TIMEOUT`: milliseconds within which the head of a connection's first request
    /// has to arrive, before the caller is told 408; 5000. A later one has to be there this long
    /// after `keep_alive`, counted from the answer before it, or the connection is closed.
    pub request_head_timeout: Duration,
    /// `REQUEST_BODY_LIMIT`: bytes of the largest body, alone or with a unit as `MEMORY_LIMIT`;
    /// larger ones are answered with 413. 256Ki, or a tenth of `MEMORY_LIMIT` where that is less;
    /// at most half of `MEMORY_LIMIT`. All bodies together that are read or worked on at the same
    /// time take at most a tenth of `MEMORY_LIMIT`, or one that is larger: others wait before they
    /// are read, and are answered with 503 when the time of their request is over. Bodies of up to
    /// 8 KiB do not wait; one that comes without its length counts as the largest, and half of that
    /// tenth is what those of one tenant have at most, unless this is more.
    pub request_body_limit: usize,
    /// Bytes of all bodies together: a tenth of `MEMORY_LIMIT`.
    pub(crate) all_bodies: u64,
    /// `REQUEST_TIMEOUT`: milliseconds from the head of a request to its answer, after which it is
    /// ended and answered with 503; 50000. A body that is streamed, and a WebSocket, may take
    /// longer, but a caller who takes nothing of an answer for this time loses the connection.
    pub request_timeout: Duration,
    /// `SHUTDOWN_DELAY`: milliseconds between a stop signal and closing the port, in which
    /// readiness is down and requests are still answered; 1000. The port is closed a moment later,
    /// when all who were let in have been heard.
    pub shutdown_delay: Duration,
    /// `SHUTDOWN_TIMEOUT`: milliseconds that requests in flight, and work of a fan-out that has
    /// begun, get after the delay; 25000. With the delay it has to stay below the 30 seconds after
    /// which the platform kills a container.
    pub shutdown_timeout: Duration,
}

impl Server {
    pub(super) fn read(env: &mut Reader<'_>, memory_limit: u64) -> Self {
        let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let connections = most_connections(memory_limit);
        let server = Self {
            address: env.parsed("SERVER_ADDRESS", any, "an IP address", |text| {
                text.parse().ok()
            }),
            port: env.number("SERVER_PORT", 80, 1..=u16::MAX),
            max_connections: env.number("SERVER_MAX_CONNECTIONS", connections, 1..=1_000_000),
            keep_alive: env.milliseconds("SERVER_KEEP_ALIVE", 5_000, 0..=LONGEST_REQUEST_MS),
            request_head_timeout: env.milliseconds("REQUEST_HEAD_TIMEOUT", 5_000, 1..=600_000),
            request_body_limit: body_limit(env, memory_limit),
            all_bodies: Share::Bodies.of(memory_limit),
            request_timeout: env.milliseconds("REQUEST_TIMEOUT", 50_000, 1..=LONGEST_REQUEST_MS),
            shutdown_delay: env.milliseconds("SHUTDOWN_DELAY", 1_000, 0..=29_000),
            shutdown_timeout: env.milliseconds("SHUTDOWN_TIMEOUT", 25_000, 0..=29_000),
        };
        if server.shutdown_delay + server.shutdown_timeout > LONGEST_SHUTDOWN {
            env.problem::<()>(
                "SHUTDOWN_TIMEOUT",
                "is, with SHUTDOWN_DELAY, more than 29000: the platform kills a container after 30 s",
            );
        }
        server
    }
}

fn most_connections(memory_limit: u64) -> usize {
    let affordable = Share::Connections.of(memory_limit) / CONNECTION;
    usize::try_from(affordable).map_or(MOST_CONNECTIONS, |most| most.clamp(1, MOST_CONNECTIONS))
}

fn body_limit(env: &mut Reader<'_>, memory_limit: u64) -> usize {
    let affordable = usize::try_from(Share::Bodies.of(memory_limit)).unwrap_or(usize::MAX);
    let default = BODY_LIMIT.min(affordable).max(1);
    let most = memory_limit / 2;
    let allowed = format!(
        "{}; at most half of MEMORY_LIMIT, {most} bytes",
        values::MEMORY
    );
    env.parsed("REQUEST_BODY_LIMIT", default, &allowed, |text| {
        let bytes = values::memory(text).filter(|bytes| *bytes <= most)?;
        usize::try_from(bytes).ok()
    })
}
