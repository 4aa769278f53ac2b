//! One try of a probe, against an instance on this machine.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Stdio;
use std::time::{Duration, Instant};

use packaging::{Exec, HttpGet, Probe, ProbeAction, Scheme};

use super::place::Place;

/// A status line longer than this is none.
const STATUS_LINE: u64 = 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// A connection that is open for longer is taken by the service.
const CLOSED_WITHIN: Duration = Duration::from_millis(100);
const EXEC_POLL: Duration = Duration::from_millis(20);

/// Tries a probe once. A service has one port here: it stands for whatever port and host the
/// manifest names.
///
/// Without a probe the platform takes a service for ready at once; here it has to accept
/// connections first.
pub(super) fn attempt(probe: Option<&Probe>, place: &Place) -> Result<(), String> {
    let timeout = probe.map_or(CONNECT_TIMEOUT, |probe| {
        Duration::from_secs(probe.timeout_seconds)
    });
    match probe.and_then(Probe::action) {
        None | Some(ProbeAction::TcpSocket(_)) => listens(place, timeout),
        Some(ProbeAction::HttpGet(request)) => http_get(request, place.address, timeout),
        Some(ProbeAction::Exec(exec)) => run(exec, place, timeout),
    }
}

/// Whether connections are accepted, by the service and not only by what is in front of it.
fn listens(place: &Place, timeout: Duration) -> Result<(), String> {
    let mut stream = connect(place.address, timeout)?;
    if !place.is_forwarded {
        return Ok(());
    }
    let closed = || format!("{} closes connections at once", place.address);
    stream
        .set_read_timeout(Some(CLOSED_WITHIN))
        .map_err(|error| error.to_string())?;
    match stream.read(&mut [0]) {
        Ok(0) => Err(closed()),
        Err(error) if !is_timeout(&error) => Err(closed()),
        _ => Ok(()),
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
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

fn run(exec: &Exec, place: &Place, timeout: Duration) -> Result<(), String> {
    let [program, arguments @ ..] = exec.command.as_slice() else {
        return Err("its probe has no command".to_owned());
    };
    let failed = |error| format!("{program}: {error}");
    let mut command = place.command(program, arguments);
    command
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn behind_a_port_that_takes_every_connection_one_that_is_closed_at_once_counts_for_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let place = move |is_forwarded| Place {
            is_forwarded,
            ..Place::process(address)
        };
        let tried = std::thread::spawn(move || attempt(None, &place(true)));
        drop(listener.accept().expect("a connection"));
        let error = tried.join().expect("an end").expect_err("it is closed");
        assert!(error.contains("closes connections at once"), "{error}");

        let tried = std::thread::spawn(move || attempt(None, &place(true)));
        let connection = listener.accept().expect("a connection");
        assert_eq!(tried.join().expect("an end"), Ok(()));
        drop(connection);
        assert_eq!(attempt(None, &place(false)), Ok(()));
    }
}
