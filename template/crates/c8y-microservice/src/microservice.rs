//! A service from its start to its end.

mod error;
mod port;
mod server;
mod signal;
mod start;

use std::sync::Arc;

use actix_web::web::ServiceConfig;
use tracing::info;

use crate::application::Application;
use crate::background::{Background, BackgroundRuntime};
use crate::config::Config;
use crate::deadline::Stop;
#[cfg(feature = "websocket")]
use crate::feed::Feed;
use crate::health::Health;
use crate::inbound::{Authenticator, Context};
#[cfg(feature = "jobs")]
use crate::jobs::{Jobs, Scheduler};
use crate::metrics::Metrics;
use crate::platform::TenantClient;
use crate::platform::transport::Transport;
use crate::registration::{Manifest, Registration};
use crate::subscriptions::{ChangeKind, Handlers, Observers, Poll, Subscriptions};

pub use error::Error;
use server::{Open, drain, http_server, listen};
use signal::stop_signal;
#[cfg(feature = "metrics")]
pub(crate) use start::SDK;
use start::announce;

/// A service that is about to start.
///
/// [`serve`](Self::serve) runs it: it reads the subscriptions, answers requests, and stops on a
/// signal.
#[derive(Debug)]
pub struct Microservice {
    config: Config,
    handlers: Handlers,
    manifest: Option<Result<Manifest, String>>,
    version: Option<String>,
    health: Health,
    metrics: Metrics,
    #[cfg(feature = "jobs")]
    pub(crate) jobs: Jobs,
    #[cfg(feature = "websocket")]
    pub(crate) feed: Feed,
}

impl Microservice {
    /// A service with this configuration. Nothing happens before [`serve`](Self::serve).
    #[must_use]
    pub fn new(config: Config) -> Self {
        let health = Health::new(&config.bootstrap);
        let metrics = Metrics::new(&health, &config.bootstrap);
        Self {
            handlers: Handlers::default(),
            manifest: None,
            version: None,
            health,
            metrics,
            #[cfg(feature = "jobs")]
            jobs: Jobs::default(),
            #[cfg(feature = "websocket")]
            feed: Feed::new(&config),
            config,
        }
    }

    /// The service's own version, for the line that the start leaves in the log and for
    /// `c8y_microservice_info` of the metrics: `env!("CARGO_PKG_VERSION")`.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// The numbers that `GET /metrics` shows, for a service that adds its own: the example `metrics`
    /// is one.
    #[cfg(feature = "metrics")]
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Gives the service its manifest, for the case that it has to register itself: with
    /// `C8Y_BOOTSTRAP_REGISTER=true`, as for a service that is not deployed but started by hand.
    ///
    /// `C8Y_BOOTSTRAP_TENANT`, `_USER` and `_PASSWORD` are then a user of the owner tenant who may
    /// manage applications. Before the subscriptions are read for the first time, and again until
    /// it succeeds, the service looks for its application by the manifest's `name` (`GET
    /// /application/applicationsByName/{name}`), makes it (`POST /application/applications`) or
    /// updates it where `contextPath`, `requiredRoles` or `roles` are others (`PUT
    /// /application/applications/{id}`), and goes on as its bootstrap user (`GET
    /// /application/applications/{id}/bootstrapUser`). Until then readiness is down and says why.
    /// The rest of a manifest, such as `settings` and `resources`, the platform only takes from
    /// an upload.
    ///
    /// The user needs `ROLE_APPLICATION_MANAGEMENT_READ` and `ROLE_APPLICATION_MANAGEMENT_ADMIN`,
    /// and for an update `ROLE_USER_MANAGEMENT_ADMIN`. A new application has `APPLICATION_KEY` for
    /// its key, or `<name>-microservice-key`.
    ///
    /// ```no_run
    /// # use c8y_microservice::{Config, Error, Microservice};
    /// # async fn run() -> Result<(), Error> {
    /// Microservice::new(Config::from_env()?)
    ///     .manifest(r#"{"name": "hello", "requiredRoles": ["ROLE_ALARM_ADMIN"]}"#)
    ///     .serve(|_app| {})
    ///     .await
    /// # }
    /// ```
    ///
    /// In a service of its own it is `include_str!("../cumulocity.json")`.
    #[cfg(feature = "self-registration")]
    #[must_use]
    pub fn manifest(mut self, json: &str) -> Self {
        self.manifest = Some(Manifest::parse(json));
        self
    }

    /// Does `handler` for every tenant that is subscribed: those of the first read, then each new
    /// one.
    ///
    /// Handlers of one tenant run one after the other, those of several tenants side by side, at
    /// most `FAN_OUT_CONCURRENCY` at once. A handler has to end: after five minutes it is dropped,
    /// with a warning. What it logs carries the tenant. Readiness does not wait for it.
    #[must_use]
    pub fn on_subscribed<F, W>(self, handler: F) -> Self
    where
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.on(ChangeKind::Subscribed, handler)
    }

    /// Does `handler` for a tenant whose service user got other credentials, as after a new
    /// subscription between two reads. It gets the client with the new ones.
    #[must_use]
    pub fn on_renewed<F, W>(self, handler: F) -> Self
    where
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.on(ChangeKind::Renewed, handler)
    }

    /// Does `handler` for a tenant that is not subscribed any more. It gets the last client, whose
    /// user the platform has deleted by then.
    #[must_use]
    pub fn on_unsubscribed<F, W>(self, handler: F) -> Self
    where
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.on(ChangeKind::Unsubscribed, handler)
    }

    fn on<F, W>(mut self, kind: ChangeKind, handler: F) -> Self
    where
        F: Fn(TenantClient) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        self.handlers.add(kind, handler);
        self
    }

    /// Runs the service until it gets SIGTERM or SIGINT.
    ///
    /// The port is bound first. Then requests are answered, by `routes` and by the health
    /// endpoints, while the subscriptions are read; that the platform is down is no reason to
    /// end. A request that takes longer than `REQUEST_TIMEOUT` is ended and answered with 503.
    ///
    /// On a signal readiness goes down. After `SHUTDOWN_DELAY` nobody is let in any more; the port is
    /// closed once whoever was let in has been heard, as a fifth of a second without a request
    /// shows. Requests in flight, and work of a fan-out that has begun, get `SHUTDOWN_TIMEOUT` to
    /// finish. Handlers and jobs end with the service.
    pub async fn serve<R>(self, routes: R) -> Result<(), Error>
    where
        R: Fn(&mut ServiceConfig) + Clone + Send + 'static,
    {
        announce(&self.config, self.version.as_deref());
        let bootstrap = &self.config.bootstrap;
        self.metrics.describe(self.version.as_deref(), bootstrap);
        let Self {
            config,
            handlers,
            health,
            metrics,
            manifest,
            #[cfg(feature = "jobs")]
            jobs,
            #[cfg(feature = "websocket")]
            feed,
            ..
        } = self;
        let runtime = BackgroundRuntime::start()?;
        let background = runtime.handle();
        #[cfg(feature = "jobs")]
        let jobs = Scheduler::new(jobs, &background, config.fan_out_concurrency)?;
        #[cfg(feature = "jobs")]
        let handlers = handlers.followed_by(Arc::clone(&jobs));
        #[cfg(feature = "websocket")]
        let handlers = handlers.followed_by(Arc::new(feed.clone()));
        #[cfg(feature = "websocket")]
        let routes = feed.beside(routes);
        let context = connect(&config, handlers, &background, metrics.clone())?;
        let registration = Registration::prepare(&config, manifest, &context.application)?;
        let subscriptions = context.subscriptions.clone();
        let delay = config.bootstrap.delay;
        let poll = Poll::new(subscriptions, health.clone(), delay, registration);
        let stop = Stop::default();
        let open = Open {
            health: health.clone(),
            metrics,
        };
        let port = listen(&config.server)?;
        let server = http_server(&config.server, &port, context, open, stop.clone(), routes)?;
        let server_handle = server.handle();
        let mut poll = background.spawn(poll.run());
        let mut server = actix_web::rt::spawn(server);
        let ended = tokio::select! {
            signal = stop_signal() => {
                info!(signal, "stopping");
                Ok(())
            }
            _ = &mut poll => Err(Error::Ended("reading the subscriptions")),
            result = &mut server => return Err(Error::of_server(result)),
        };
        #[cfg(feature = "jobs")]
        jobs.stop();
        let close_sockets = || {
            #[cfg(feature = "websocket")]
            feed.close();
        };
        health.stop();
        let server = &server_handle;
        drain(
            &config.server,
            port,
            server,
            &background,
            &stop,
            close_sockets,
        )
        .await;
        info!("stopped");
        ended
    }
}

/// Puts together what reaches the platform. Nothing is sent yet.
fn connect(
    config: &Config,
    handlers: Handlers,
    background: &Background,
    metrics: Metrics,
) -> Result<Context, Error> {
    let transport = Transport::new(config, background.clone(), metrics);
    let transport = transport.map_err(|error| Error::Client(error.to_string()))?;
    let application = Arc::new(Application::new(config, transport));
    let subscriptions = Subscriptions::new(
        Arc::clone(&application),
        config,
        Observers::new(handlers, background.clone(), config.fan_out_concurrency),
        background.clone(),
    );
    let authenticator = Authenticator::new(config, Arc::clone(&application), background.clone());
    Ok(Context {
        application,
        authenticator: Arc::new(authenticator),
        subscriptions,
    })
}
