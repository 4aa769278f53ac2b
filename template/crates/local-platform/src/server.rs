//! The HTTP server, on threads of its own: whoever starts it may be synchronous, or have any
//! runtime.

use std::convert::Infallible;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::sync::{LazyLock, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::{Server as ActixServer, ServerHandle, fn_service};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, HttpServer};

use crate::api;
use crate::faults::{self, Faults};
use crate::gateway::{self, Connections, GatewayOptions, Targets};
use crate::recorder::{self, Recorder};
use crate::runtime::Instances;
use crate::state::Store;

/// Workers end at once; a handler that blocks its worker is not waited for longer.
const WORKERS_END: Duration = Duration::from_secs(5);
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// Below what Linux and macOS give to outgoing connections.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 12_000;
const TRIES: usize = 100;
const PORT_PATIENCE: Duration = Duration::from_millis(500);
const PORT_POLL: Duration = Duration::from_millis(10);

/// What the handlers work on.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) targets: Targets,
    pub(crate) recorder: Recorder,
    pub(crate) faults: Faults,
    pub(crate) gateway: GatewayOptions,
    pub(crate) instances: Instances,
}

/// A running server. Dropping it stops it and frees the port.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
    /// Disconnected once no worker and no connection is left.
    workers: mpsc::Receiver<Infallible>,
}

/// Takes a port of the loopback interface, 0 for any free one. A port that a server has just left
/// can be taken.
pub(crate) fn bind(port: u16) -> io::Result<TcpListener> {
    if port == 0 {
        bind_any()
    } else {
        bind_left(port)
    }
}

/// A process that is being started has, for a moment, a copy of every socket that this one had: a
/// port that was let go of is free only after that.
fn bind_left(port: u16) -> io::Result<TcpListener> {
    let deadline = Instant::now() + PORT_PATIENCE;
    loop {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse && Instant::now() < deadline => {
                std::thread::sleep(PORT_POLL);
            }
            bound => return bound,
        }
    }
}

/// The system would choose among the ports that it also gives to outgoing connections, and one of
/// these could sit on the port when a platform is to start on it again, or a service that was told
/// its number is to listen there. For the same reason no port is given twice in a row: each process
/// begins somewhere and goes on from there.
fn bind_any() -> io::Result<TcpListener> {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| AtomicU16::new(fastrand::u16(..)));
    let mut ports = (0..TRIES).map(|_| FIRST_PORT + NEXT.fetch_add(1, Relaxed) % PORTS);
    let listener = ports.find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok());
    listener.map_or_else(|| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)), Ok)
}

impl Server {
    pub(crate) fn start(listener: TcpListener, parts: Parts) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (started, wait) = mpsc::channel();
        let (alive, workers) = mpsc::channel();
        let thread = std::thread::Builder::new().name("local-platform".to_owned());
        let thread = thread.spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = serve(listener, parts, alive)?;
                // Nobody waits for the handle any more only if the starting thread is gone.
                let _ = started.send(server.handle());
                server.await
            })
        })?;
        match wait.recv() {
            Ok(handle) => Ok(Self {
                address,
                handle,
                thread: Some(thread),
                workers,
            }),
            Err(_) => Err(thread
                .join()
                .map_or_else(|_| panicked(), |end| end.err().unwrap_or_else(panicked))),
        }
    }
}

fn panicked() -> io::Error {
    io::Error::other("the server's thread panicked")
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command goes out at once; that it was carried out shows when the thread ends.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            // An error of the server at its end changes nothing any more.
            let _ = thread.join();
        }
        // The server does not wait for its workers, which would answer on open connections for a
        // moment longer.
        let _ = self.workers.recv_timeout(WORKERS_END);
    }
}

fn serve(
    listener: TcpListener,
    parts: Parts,
    alive: mpsc::Sender<Infallible>,
) -> io::Result<ActixServer> {
    let server = HttpServer::new(move || {
        let Parts {
            store,
            targets,
            recorder,
            faults,
            gateway: options,
            instances,
        } = parts.clone();
        let api = Rc::new(api::router());
        App::new()
            .app_data(Data::new(store))
            .app_data(Data::new(targets))
            .app_data(Data::new(recorder))
            .app_data(Data::new(instances))
            .app_data(Data::new(faults))
            .app_data(Data::new(Connections::new(options)))
            .app_data(alive.clone())
            .app_data(PayloadConfig::new(BODY_LIMIT))
            // The one that is wrapped last is the first to see a request.
            .wrap(from_fn(faults::apply))
            .wrap(from_fn(recorder::record))
            .configure(faults::routes)
            .configure(gateway::routes)
            .default_service(fn_service(move |request| {
                let api = api.clone();
                async move { Ok(api.call(request).await) }
            }))
    });
    let server = server.on_connect(faults::remember);
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}
