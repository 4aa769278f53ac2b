//! The HTTP server of a service: what its app consists of, and how it ends.

use std::net::SocketAddr;
use std::thread::available_parallelism;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, HttpServer};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::Error;
use crate::config::{self, LONGEST_SHUTDOWN};
use crate::deadline::Stop;
use crate::health::Health;
use crate::inbound::{
    BodyLimit, Context, TimeLimit, authenticate, closing, error_form, request_log, time_limit,
};
use crate::metrics::{Metrics, measure};

/// HTTP workers beyond this number would cost memory and bring nothing: the work is waiting for the
/// platform.
const MOST_WORKERS: usize = 4;

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

/// Binds the port. All that an app consists of is put together here: the open endpoints, those that
/// only a verified caller reaches, and the middleware, from the inside to the outside.
pub(super) fn http_server<R>(
    config: &config::Server,
    context: Context,
    open: Open,
    stop: Stop,
    routes: R,
) -> Result<Server, Error>
where
    R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let body_limit = BodyLimit(config.request_body_limit);
    let limit = TimeLimit::new(config.request_timeout, stop.clone());
    let app = move || {
        App::new()
            .app_data(context.clone())
            .app_data(limit.clone())
            .app_data(stop.clone())
            .configure(|app| body_limit.of_all(app))
            .configure(|app| open.routes(app))
            .service(
                web::scope("")
                    .configure(routes.clone())
                    .wrap(from_fn(authenticate)),
            )
            .wrap(from_fn(time_limit))
            .wrap(from_fn(error_form))
            .wrap(from_fn(request_log))
            .wrap(from_fn(measure))
            .wrap(from_fn(closing))
    };
    let address = SocketAddr::new(config.address, config.port);
    let workers = available_parallelism()
        .map_or(1, usize::from)
        .min(MOST_WORKERS)
        .min(config.max_connections);
    let server = HttpServer::new(app)
        .workers(workers)
        .max_connections(config.max_connections / workers)
        .keep_alive(config.keep_alive)
        .client_request_timeout(config.request_head_timeout)
        .disable_signals()
        // In whole seconds, and never the first to end: `drain` has the exact bound.
        .shutdown_timeout(LONGEST_SHUTDOWN.as_secs())
        .bind(address)
        .map_err(|source| Error::Listen { address, source })?;
    info!(%address, "listening");
    Ok(server.run())
}

/// Ends in good order. The platform takes a stopping container out of its routing when it sends the
/// signal, which takes a moment to get around: until then the port stays open, and each answer closes
/// its connection. After that, sockets are closed, whose clients come back to another instance, and
/// what is in flight gets its time, and is answered before that is over.
pub(super) async fn drain(
    config: &config::Server,
    server: &ServerHandle,
    stop: &Stop,
    close_sockets: impl FnOnce(),
) {
    stop.within(config.shutdown_delay + config.shutdown_timeout);
    sleep(config.shutdown_delay).await;
    close_sockets();
    if timeout(config.shutdown_timeout, server.stop(true))
        .await
        .is_err()
    {
        warn!("requests in flight are cut off: SHUTDOWN_TIMEOUT is over");
    }
}
