//! Stand-ins for the platform, for answers that the local platform never gives.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use actix_web::dev::{ServerHandle, Service};
use actix_web::http::header::HeaderMap;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};
use c8y_microservice::{Config, TenantClient};

use super::service::{Setup, TestService};

/// A platform of a test's own making. Dropping it stops it.
pub(crate) struct StandIn {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<(String, HeaderMap)>>>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// Does with every connection what a test says, byte by byte.
pub(crate) struct RawStandIn {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

/// A client's connection to a [`RawStandIn`].
pub(crate) struct Connection {
    stream: TcpStream,
    seen: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn start<R>(routes: R) -> Self
    where
        R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let app = move || {
            let seen = Arc::clone(&seen);
            App::new()
                .configure(routes.clone())
                .wrap_fn(move |request, next| {
                    let line = format!("{} {}", request.method(), request.uri());
                    let headers = request.headers().clone();
                    seen.lock().unwrap().push((line, headers));
                    next.call(request)
                })
        };
        let (started, wait) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(app).workers(1).disable_signals();
                let server = server.bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
                let address = server.addrs()[0];
                let server = server.run();
                started.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, handle) = wait.recv().unwrap();
        Self {
            address,
            requests,
            handle,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Method, path and query of each request, as it came over the wire.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|(line, _)| line.clone()).collect()
    }

    /// The requests for a path, each with those of its headers that say whom it is made for.
    pub(crate) fn signatures(&self, path: &str) -> Vec<Vec<String>> {
        let requests = self.requests.lock().unwrap();
        let line = format!("GET {path}");
        let of_path = requests.iter().filter(|(it, _)| *it == line);
        of_path.map(|(_, headers)| signature(headers)).collect()
    }

    /// What it would inject into a container of tenant `t1`'s own instance.
    pub(crate) fn environment(&self, server_port: u16) -> BTreeMap<String, String> {
        environment(&self.url(), server_port)
    }
}

/// `name: value` of each header that says whom a request is made for, in the order of their names.
fn signature(headers: &HeaderMap) -> Vec<String> {
    let names = [
        "authorization",
        "cookie",
        "tfatoken",
        "x-cumulocity-application-key",
        "x-xsrf-token",
    ];
    let values = |name: &'static str| {
        let values = headers.get_all(name);
        values.map(move |value| format!("{name}: {}", value.to_str().unwrap()))
    };
    names.into_iter().flat_map(values).collect()
}

impl Drop for StandIn {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || ended.is_some_and(|ended| ended.is_ok()));
    }
}

impl RawStandIn {
    /// Answers every connection with the same bytes and closes it.
    pub(crate) fn start(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::serving(move |_, request| {
            request.read();
            request.write(&answer);
        })
    }

    /// Does this with every connection, one after the other: it gets the number of those before,
    /// and the connection, which is closed in the end.
    pub(crate) fn serving(mut serve: impl FnMut(usize, &mut Connection) + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // Ends with the process: it waits for a connection then.
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (stream, seen) = (stream.unwrap(), Arc::clone(&seen));
                serve(number, &mut Connection { stream, seen });
            }
        });
        Self { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came in, a text a request.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Connection {
    /// Reads a request that fits into one piece. Nothing is read where the client has gone.
    pub(crate) fn read(&mut self) {
        let mut head = [0; 4096];
        let length = self.stream.read(&mut head).unwrap_or(0);
        let head = String::from_utf8_lossy(&head[..length]).into_owned();
        self.seen.lock().unwrap().push(head);
    }

    /// Writes some of an answer. Whoever has read enough may be gone.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }
}

/// A service whose platform is at this address, and the client of its one tenant, `t1`. The
/// platform is not asked for anything before the client is.
pub(crate) async fn client_at(base_url: &str) -> (TestService, TenantClient) {
    client_with(base_url, &[]).await
}

/// The same, with further variables.
pub(crate) async fn client_with(
    base_url: &str,
    variables: &[(&str, &str)],
) -> (TestService, TenantClient) {
    let mut setup = Setup::new(environment(base_url, super::free_port()));
    for (name, value) in variables {
        setup = setup.env(name, value);
    }
    let service = setup.ready().await;
    let client = service.client("t1").await;
    (service, client)
}

/// The configuration of a service with these variables beside the mandatory ones, for tests that
/// never reach the platform.
pub(crate) fn config(variables: &[(&str, &str)]) -> Config {
    let mut environment = environment("http://cumulocity.example:8111", 80);
    let variables = variables.iter();
    environment.extend(variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::read(|name| environment.get(name).map(OsString::from)).unwrap()
}

/// What a platform at this address would inject into a container of tenant `t1`'s own instance.
pub(crate) fn environment(base_url: &str, server_port: u16) -> BTreeMap<String, String> {
    let port = server_port.to_string();
    let variables = [
        ("APPLICATION_KEY", "the-key"),
        ("SERVER_PORT", &port),
        ("C8Y_BASEURL", base_url),
        ("C8Y_BOOTSTRAP_TENANT", "t1"),
        ("C8Y_BOOTSTRAP_USER", "servicebootstrap_example"),
        ("C8Y_BOOTSTRAP_PASSWORD", "bootstrap-password"),
        ("C8Y_MICROSERVICE_ISOLATION", "PER_TENANT"),
        ("C8Y_TENANT", "t1"),
        ("C8Y_USER", "service_example"),
        ("C8Y_PASSWORD", "service-password"),
    ];
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
