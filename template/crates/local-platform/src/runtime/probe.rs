//! One try of a probe, against a process on this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use packaging::{Exec, HttpGet, Probe, ProbeAction, Scheme};

/// A status line longer than this is none.
const STATUS_LINE: u64 = 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const EXEC_POLL: Duration = Duration::from_millis(20);

/// Tries a probe once. A service has one port here: it stands for whatever port and host the
/// manifest names.
///
/// Without a probe the platform takes a service for ready at once; here it has to accept
/// connections first.
pub(super) fn attempt(probe: Option<&Probe>, address: SocketAddr) -> Result<(), String> {
    let timeout = probe.map_or(CONNECT_TIMEOUT, |probe| {
        Duration::from_secs(probe.timeout_seconds)
    });
    match probe.and_then(Probe::action) {
        None | Some(ProbeAction::TcpSocket(_)) => connect(address, timeout).map(drop),
        Some(ProbeAction::HttpGet(request)) => http_get(request, address, timeout),
        Some(ProbeAction::Exec(exec)) => run(exec, timeout),
    }
}

fn connect(address: SocketAddr, timeout: Duration) -> Result<TcpStream, String> {
    let stream = TcpStream::connect_timeout(&address, timeout);
    stream.map_err(|error| format!("no connection to {address}: {error}"))
}

fn http_get(request: &HttpGet, address: SocketAddr, timeout: Duration) -> Result<(), String> {
    if request.scheme == Scheme::Https {
        return Err("its probe asks for HTTPS, which is not served locally".to_owned());
    }
    let stream = connect(address, timeout)?;
    let status = exchange(stream, request, address, timeout);
    let path = &request.path;
    match status.map_err(|error| format!("no answer to GET {path}: {error}"))? {
        200..=399 => Ok(()),
        status => Err(format!("status {status} to GET {path}")),
    }
}

fn exchange(
    mut stream: TcpStream,
    request: &HttpGet,
    address: SocketAddr,
    timeout: Duration,
) -> std::io::Result<u16> {
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    let slash = if request.path.starts_with('/') {
        ""
    } else {
        "/"
    };
    let headers: Vec<String> = request
        .headers
        .iter()
        .map(|header| format!("{}: {}\r\n", header.name, header.value))
        .collect();
    let head = format!(
        "GET {slash}{} HTTP/1.1\r\nHost: {address}\r\n",
        request.path
    );
    stream.write_all(format!("{head}{}Connection: close\r\n\r\n", headers.concat()).as_bytes())?;
    let mut line = String::new();
    BufReader::new(stream.take(STATUS_LINE)).read_line(&mut line)?;
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.ok_or_else(|| std::io::Error::other(format!("not HTTP: {line:?}")))
}

fn run(exec: &Exec, timeout: Duration) -> Result<(), String> {
    let [program, arguments @ ..] = exec.command.as_slice() else {
        return Err("its probe has no command".to_owned());
    };
    let failed = |error| format!("{program}: {error}");
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().map_err(failed)?;
    let deadline = Instant::now() + timeout;
    loop {
        match child.try_wait().map_err(failed)? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(format!("{program}: {status}")),
            None if Instant::now() < deadline => std::thread::sleep(EXEC_POLL),
            None => {
                // It may have ended just now, and then needs no killing.
                let _ = child.kill();
                child.wait().map_err(failed)?;
                return Err(format!("{program}: no end within {} s", timeout.as_secs()));
            }
        }
    }
}
