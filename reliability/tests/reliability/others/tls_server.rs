//! A platform that speaks TLS, with a certificate that is right or wrong in one point.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
                        Content-Length: 2\r\nConnection: close\r\n\r\n{}";

/// What a certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certificate {
    Right,
    Expired,
    NotYet,
    /// Of another name than the one that was asked for.
    WrongHost,
    /// Of an authority that nobody has named.
    Unknown,
}

pub(super) struct TlsServer {
    pub(super) url: String,
    /// The certificate of the authority that is to be trusted.
    pub(super) authority: PathBuf,
    requests: Arc<Mutex<Vec<String>>>,
}

impl TlsServer {
    pub(super) fn start(certificate: Certificate) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let authority = authority();
        let name = format!("reliability-{}-{number}.pem", std::process::id());
        let file = std::env::temp_dir().join(name);
        fs::write(&file, authority.pem()).expect("a file");
        let config = Arc::new(config(certificate, &authority));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // Ends with the process: it waits for a connection then.
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // A client that does not trust the certificate goes away.
                let _ = answer(connection, &config, &seen);
            }
        });
        Self {
            url: format!("https://localhost:{port}"),
            authority: file,
            requests,
        }
    }

    /// The heads of the requests that it was trusted with.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no server panics").clone()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // What cannot be removed is a file of the temporary directory.
        let _ = fs::remove_file(&self.authority);
    }
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(authority, key).expect("an authority")
}

fn config(certificate: Certificate, trusted: &CertifiedIssuer<'_, KeyPair>) -> ServerConfig {
    let name = match certificate {
        Certificate::WrongHost => "elsewhere.example",
        _ => "localhost",
    };
    let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
    match certificate {
        Certificate::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Certificate::NotYet => params.not_before = date_time_ymd(4000, 1, 1),
        _ => {}
    }
    let key = KeyPair::generate().expect("a key");
    let signed = match certificate {
        Certificate::Unknown => params.signed_by(&key, &authority()),
        _ => params.signed_by(&key, trusted),
    };
    let chain = vec![signed.expect("a certificate").der().clone()];
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
        .expect("a certificate with its key")
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
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    seen.lock().expect("no server panics").push(head);
    stream.write_all(ANSWER)?;
    stream.conn.send_close_notify();
    stream.flush()
}
