//! The HTTP server, on threads of its own: whoever starts it may be synchronous, or have any
//! runtime.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::{Server as ActixServer, ServerHandle, fn_service};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App, HttpServer};

use crate::api;
use crate::faults::{self, Faults};
use crate::gateway::{self, Connections, GatewayOptions, Targets};
use crate::hosting::Hosting;
use crate::names;
use crate::recorder::{self, Recorder};
use crate::runtime::Instances;
use crate::state::Store;

/// Workers end at once; a handler that blocks its worker is not waited for longer.
const WORKERS_END: Duration = Duration::from_secs(5);
const BODY_LIMIT: usize = 16 * 1024 * 1024;
/// How long a connection may take to send its first request, and be idle between two. Not the five
/// seconds that are the default: on a machine that is busy building it is this server that is late,
/// and would send clients away whose requests it has not read yet.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the handlers work on.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) targets: Targets,
    pub(crate) recorder: Recorder,
    pub(crate) faults: Faults,
    pub(crate) gateway: GatewayOptions,
    pub(crate) instances: Instances,
    /// What runs uploads, where they are to be run.
    pub(crate) hosting: Option<Hosting>,
}

/// A running server. Dropping it stops it and frees the port.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
    /// Disconnected once no worker and no connection is left.
    workers: mpsc::Receiver<Infallible>,
}

impl Server {
    /// Serves on all of these; the first one gives the address.
    pub(crate) fn start(listeners: Vec<TcpListener>, parts: Parts) -> io::Result<Self> {
        let address = address(&listeners)?;
        let (started, wait) = mpsc::channel();
        let (alive, workers) = mpsc::channel();
        let thread = std::thread::Builder::new().name("local-platform".to_owned());
        let thread = thread.spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = serve(listeners, parts, alive)?;
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

/// The address of a server on these, as a URL without a path.
pub(crate) fn url(listeners: &[TcpListener]) -> io::Result<String> {
    Ok(format!("http://{}", address(listeners)?))
}

fn address(listeners: &[TcpListener]) -> io::Result<SocketAddr> {
    let first = listeners.first().map(TcpListener::local_addr);
    first.unwrap_or_else(|| Err(io::Error::other("nothing to listen on")))
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
    listeners: Vec<TcpListener>,
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
            hosting,
        } = parts.clone();
        let api = Rc::new(api::router());
        App::new()
            .app_data(Data::new(store))
            .app_data(Data::new(targets))
            .app_data(Data::new(recorder))
            .app_data(Data::new(instances))
            .app_data(Data::new(hosting))
            .app_data(Data::new(faults))
            .app_data(Data::new(Connections::new(options)))
            .app_data(alive.clone())
            .app_data(PayloadConfig::new(BODY_LIMIT))
            // The one that is wrapped last is the first to see a request.
            .wrap(from_fn(faults::apply))
            .wrap(from_fn(recorder::record))
            .wrap(from_fn(names::refuse_others))
            .configure(faults::routes)
            .configure(gateway::routes)
            .default_service(fn_service(move |request| {
                let api = api.clone();
                async move { Ok(api.call(request).await) }
            }))
    });
    let server = server.on_connect(faults::remember);
    let server = server.workers(1).disable_signals();
    let server = server.client_request_timeout(PATIENCE).keep_alive(PATIENCE);
    let server = listeners.into_iter().try_fold(server, HttpServer::listen)?;
    Ok(server.run())
}
