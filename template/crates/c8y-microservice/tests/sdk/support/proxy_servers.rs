//! Proxies. Each leads every connection to one server, whatever address is asked for, so that
//! names need not exist; and keeps what it was asked for.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a proxy was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// `GET http://host/path` or `CONNECT host:port` of an HTTP proxy, `name host:port` or
    /// `address host:port` of a SOCKS proxy.
    pub(crate) target: String,
    /// The header `Proxy-Authorization`, or `user:password` of SOCKS.
    pub(crate) login: Option<String>,
}

pub(crate) struct ProxyServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// Reads what the client asks for, and says what to do with the connection.
type Greet = fn(&mut TcpStream) -> io::Result<(Asked, Opening)>;

/// What goes first over a connection: to the client, and to the server.
struct Opening {
    to_client: Vec<u8>,
    to_server: Vec<u8>,
}

impl ProxyServer {
    /// An HTTP proxy with tunnels (`CONNECT`).
    pub(crate) fn http(server: SocketAddr) -> Self {
        Self::start(server, greet_http)
    }

    /// A SOCKS 5 proxy that takes any login, and none.
    pub(crate) fn socks(server: SocketAddr) -> Self {
        Self::start(server, greet_socks)
    }

    fn start(server: SocketAddr, greet: Greet) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        // Ends with the process: it waits for a connection then.
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (client, seen) = (client.unwrap(), Arc::clone(&seen));
                // A client that goes away ends its own connection, not the proxy.
                std::thread::spawn(move || serve(client, server, greet, &seen));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn targets(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.target).collect()
    }
}

fn serve(
    mut client: TcpStream,
    server: SocketAddr,
    greet: Greet,
    seen: &Mutex<Vec<Asked>>,
) -> io::Result<()> {
    let (asked, opening) = greet(&mut client)?;
    seen.lock().unwrap().push(asked);
    let mut server = TcpStream::connect(server)?;
    client.write_all(&opening.to_client)?;
    server.write_all(&opening.to_server)?;
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    std::thread::spawn(move || pipe(from_client, to_server));
    pipe(server, client)
}

fn pipe(mut from: TcpStream, mut to: TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}

fn greet_http(client: &mut TcpStream) -> io::Result<(Asked, Opening)> {
    let head = read_head(client)?;
    let (line, headers) = head.split_once("\r\n").unwrap();
    let (target, _version) = line.rsplit_once(' ').unwrap();
    let is_for_proxy = |header: &&str| header.to_ascii_lowercase().starts_with("proxy-");
    let login = headers.lines().find(is_for_proxy);
    let asked = Asked {
        target: target.to_owned(),
        login: login.map(|header| header.split_once(": ").unwrap().1.to_owned()),
    };
    if target.starts_with("CONNECT ") {
        let to_client = b"HTTP/1.1 200 Connected\r\n\r\n".to_vec();
        let to_server = Vec::new();
        return Ok((
            asked,
            Opening {
                to_client,
                to_server,
            },
        ));
    }
    let (method, url) = target.split_once(" http://").unwrap();
    let (_host, path) = url.split_once('/').unwrap();
    let mut request = format!("{method} /{path} HTTP/1.1\r\nconnection: close\r\n");
    for header in headers.lines().filter(|header| !is_for_proxy(header)) {
        request.push_str(header);
        request.push_str("\r\n");
    }
    let to_server = request.into_bytes();
    Ok((
        asked,
        Opening {
            to_client: Vec::new(),
            to_server,
        },
    ))
}

/// Up to and with the empty line.
fn read_head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(read::<1>(client)?[0]);
    }
    Ok(String::from_utf8(head).unwrap())
}

fn greet_socks(client: &mut TcpStream) -> io::Result<(Asked, Opening)> {
    const LOGIN: u8 = 2;
    let [version, methods] = read(client)?;
    assert_eq!(version, 5);
    let methods = read_bytes(client, methods)?;
    let login = if methods.contains(&LOGIN) {
        client.write_all(&[5, LOGIN])?;
        let [_version, length] = read(client)?;
        let user = read_text(client, length)?;
        let [length] = read(client)?;
        let password = read_text(client, length)?;
        client.write_all(&[1, 0])?;
        Some(format!("{user}:{password}"))
    } else {
        client.write_all(&[5, 0])?;
        None
    };
    let [_version, _connect, _reserved, kind] = read(client)?;
    let host = match kind {
        1 => format!("address {}", Ipv4Addr::from(read::<4>(client)?)),
        4 => format!("address {}", Ipv6Addr::from(read::<16>(client)?)),
        _ => {
            let [length] = read(client)?;
            format!("name {}", read_text(client, length)?)
        }
    };
    let port = u16::from_be_bytes(read(client)?);
    let asked = Asked {
        target: format!("{host}:{port}"),
        login,
    };
    let to_client = vec![5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    let to_server = Vec::new();
    Ok((
        asked,
        Opening {
            to_client,
            to_server,
        },
    ))
}

fn read<const N: usize>(client: &mut TcpStream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_bytes(client: &mut TcpStream, length: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length.into()];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_text(client: &mut TcpStream, length: u8) -> io::Result<String> {
    Ok(String::from_utf8(read_bytes(client, length)?).unwrap())
}
