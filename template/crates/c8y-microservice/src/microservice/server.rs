//! The HTTP server of a service: what its app consists of, and how it ends.

use std::net::SocketAddr;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::App;
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::Error;
use super::port::Port;
use crate::background::Background;
use crate::config::{self, LONGEST_SHUTDOWN};
use crate::deadline::Stop;
use crate::health::Health;
use crate::inbound::{
    BodyLimit, BodyRoom, Connection, Context, Patience, TimeLimit, authenticate, closing,
    error_form, panicking, request_log, room_for_body, serving, time_limit,
};
use crate::metrics::{Metrics, measure};

/// HTTP workers beyond this number would cost memory and bring nothing: the work is waiting for the
/// platform.
const MOST_WORKERS: usize = 4;
/// For the end of a connection whose last answer is sent.
const LONGEST_GOODBYE: Duration = Duration::from_secs(1);

/// The endpoints that are open to everyone.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) health: Health,
    pub(super) metrics: Metrics,
}

impl Open {
    fn routes(&self, app: &mut ServiceConfig) {
        self.health.routes(app);
        self.metrics.routes(app);
    }
}

/// Binds the port.
pub(super) fn listen(config: &config::Server) -> Result<Port, Error> {
    let address = SocketAddr::new(config.address, config.port);
    let port = Port::bind(address).map_err(|source| Error::Listen { address, source })?;
    info!(%address, "listening");
    Ok(port)
}

/// Serves on a port. All that an app consists of is put together here: the open endpoints, those that
/// only a verified caller reaches, and the middleware, from the inside to the outside.
pub(super) fn http_server<R>(
    config: &config::Server,
    port: &Port,
    context: Context,
    open: Open,
    stop: Stop,
    routes: R,
) -> Result<Server, Error>
where
    R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let body_limit = BodyLimit(config.request_body_limit);
    let room = BodyRoom::new(config.all_bodies, body_limit);
    let limit = TimeLimit::new(config.request_timeout, stop.clone());
    let app = move || {
        App::new()
            .app_data(context.clone())
            .app_data(limit.clone())
            .app_data(stop.clone())
            .app_data(room.clone())
            .configure(|app| body_limit.of_all(app))
            .configure(|app| open.routes(app))
            .service(
                web::scope("")
                    .configure(routes.clone())
                    .wrap(from_fn(room_for_body))
                    .wrap(from_fn(authenticate)),
            )
            .wrap(from_fn(time_limit))
            .wrap(from_fn(panicking))
            .wrap(from_fn(error_form))
            .wrap(from_fn(request_log))
            .wrap(from_fn(measure))
            .wrap(from_fn(closing))
            .wrap(from_fn(serving))
    };
    let workers = available_parallelism()
        .map_or(1, usize::from)
        .min(MOST_WORKERS)
        .min(config.max_connections);
    let patience = Patience {
        between_requests: config.keep_alive + config.request_head_timeout,
        unread: config.request_timeout,
    };
    let (keep_alive, head_timeout) = (config.keep_alive, config.request_head_timeout);
    let address = SocketAddr::new(config.address, config.port);
    let server = Server::build()
        .workers(workers)
        .max_concurrent_connections(config.max_connections / workers)
        .disable_signals()
        // In whole seconds, and never the first to end: `drain` has the exact bound.
        .shutdown_timeout(LONGEST_SHUTDOWN.as_secs());
    let stopping = server.graceful_shutdown_signal();
    // What actix_web::HttpServer does, with connections of our own.
    let server = server.listen("http", port.listener()?, move || {
        let stopping = stopping.clone();
        let app = app().into_factory();
        let app = app.map_err(|error| error.error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(keep_alive)
            .client_request_timeout(head_timeout)
            .client_disconnect_timeout(LONGEST_GOODBYE)
            .local_addr(address)
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(connection.conversation());
            })
            .finish(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| async move {
            let caller = stream.peer_addr().ok();
            let connection = Connection::new(stream, patience);
            Ok::<_, DispatchError>((connection, Protocol::Http1, caller))
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// Ends in good order. The platform takes a stopping container out of its routing when it sends the
/// signal, which takes a moment to get around: until then the port stays open, and each answer closes
/// its connection. After that, sockets are closed, whose clients come back to another instance, and
/// so is the port; what is in flight gets its time, and is answered before that is over. Work that has
/// begun for tenants, and for which nobody waits any more, gets what is left of the time.
pub(super) async fn drain(
    config: &config::Server,
    port: Port,
    server: &ServerHandle,
    background: &Background,
    stop: &Stop,
    close_sockets: impl FnOnce(),
) {
    stop.within(config.shutdown_delay + config.shutdown_timeout);
    sleep(config.shutdown_delay).await;
    close_sockets();
    let close = async {
        port.close(stop, config.shutdown_timeout / 2).await;
        server.stop(true).await;
        background.done().await;
    };
    if timeout(config.shutdown_timeout, close).await.is_err() {
        warn!("what is under way is cut off: SHUTDOWN_TIMEOUT is over");
    }
}
