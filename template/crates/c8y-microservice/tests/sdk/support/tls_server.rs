//! A server that speaks TLS, with a certificate that only its own authority vouches for.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                        content-length: 2\r\nconnection: close\r\n\r\n{}";

/// Answers every request with `{}`.
pub(crate) struct TlsServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    directory: PathBuf,
}

impl TlsServer {
    /// With a certificate for `localhost` and `outside.example`.
    pub(crate) fn start() -> Self {
        let authority = authority();
        let directory = new_directory();
        fs::write(directory.join("authority.pem"), authority.pem()).unwrap();
        let config = Arc::new(server_config(&authority));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // Ends with the process: it waits for a connection then.
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                // A client that does not trust the certificate goes away.
                let _ = answer(connection.unwrap(), &config, &seen);
            }
        });
        Self {
            address,
            requests,
            directory,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// The first line of each request that it got.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The certificate of its authority.
    pub(crate) fn authority_file(&self) -> String {
        text(&self.directory.join("authority.pem"))
    }

    /// A directory with nothing but that certificate.
    pub(crate) fn authority_directory(&self) -> String {
        text(&self.directory)
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // What cannot be removed is a file of the temporary directory.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn new_directory() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("c8y-microservice-{}-{number}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap()
}

fn server_config(authority: &CertifiedIssuer<'_, KeyPair>) -> ServerConfig {
    let names = ["localhost".to_owned(), "outside.example".to_owned()];
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(names).unwrap();
    let certificate = certificate.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap()
}

fn answer(
    connection: TcpStream,
    config: &Arc<ServerConfig>,
    seen: &Mutex<Vec<String>>,
) -> io::Result<()> {
    let tls = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(tls, connection);
    let mut head = [0; 4096];
    let length = stream.read(&mut head)?;
    let head = String::from_utf8_lossy(&head[..length]);
    let line = head.lines().next().unwrap_or_default();
    seen.lock().unwrap().push(line.to_owned());
    stream.write_all(ANSWER)?;
    stream.conn.send_close_notify();
    stream.flush()
}
