//! A service of the SDK that runs within the test.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use actix_web::web::ServiceConfig;
use c8y_microservice::{Config, Error, Microservice, Subscriptions, TenantClient};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::http::{Reply, User, client, get, send};
use super::log::Log;
use super::platform::{Restartable, TestPlatform};
use super::ports::free_port;
use super::routes::{self, Lent};
use super::wait::eventually;

/// What a handler was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Subscribed,
    Renewed,
    Unsubscribed,
}

type Events = Arc<Mutex<Vec<(Kind, TenantClient)>>>;

/// A service before its start.
pub(crate) struct Setup {
    environment: BTreeMap<String, String>,
    handlers: Box<dyn FnOnce(Microservice) -> Microservice + Send>,
    routes: Routes,
    log: Option<Log>,
}

/// Endpoints that a test adds.
type Routes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// A running service. Dropping it stops it.
///
/// Its handlers keep what they are called with. It reads the subscriptions at the start and then
/// every hour, unless told otherwise: a test that wants another read refreshes.
pub(crate) struct TestService {
    url: String,
    http: Client,
    events: Events,
    lent: Lent,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Setup {
    pub(crate) fn at(platform: &TestPlatform) -> Self {
        Self::new(platform.bootstrap_environment(free_port()))
    }

    pub(crate) fn at_restartable(platform: &Restartable) -> Self {
        Self::new(platform.environment(free_port()))
    }

    /// With what a platform injects.
    pub(crate) fn new(environment: BTreeMap<String, String>) -> Self {
        let setup = Self {
            environment,
            handlers: Box::new(|microservice| microservice),
            routes: Arc::new(|_| ()),
            log: None,
        };
        setup
            .env("SERVER_ADDRESS", "127.0.0.1")
            .env("C8Y_BOOTSTRAP_DELAY", "3600000")
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// Reads the subscriptions ten times a second.
    pub(crate) fn polling(self) -> Self {
        self.env("C8Y_BOOTSTRAP_DELAY", "100")
    }

    /// Adds handlers before those that keep the events.
    pub(crate) fn handlers(
        mut self,
        add: impl FnOnce(Microservice) -> Microservice + Send + 'static,
    ) -> Self {
        self.handlers = Box::new(add);
        self
    }

    /// Adds endpoints to those that all tests share.
    pub(crate) fn routes(
        mut self,
        routes: impl Fn(&mut ServiceConfig) + Send + Sync + 'static,
    ) -> Self {
        self.routes = Arc::new(routes);
        self
    }

    /// Keeps what the thread that runs the service logs.
    pub(crate) fn logged(mut self, log: &Log) -> Self {
        self.log = Some(log.clone());
        self
    }

    /// Starts it and waits until it answers.
    pub(crate) async fn start(self) -> TestService {
        let url = format!("http://127.0.0.1:{}", self.environment["SERVER_PORT"]);
        let config = Config::read(|name| self.environment.get(name).map(OsString::from)).unwrap();
        let events = Events::default();
        let lent = Lent::default();
        let (stop, stopped) = oneshot::channel();
        let microservice = keep_events((self.handlers)(Microservice::new(config)), &events);
        let endpoints = (lent.clone(), self.routes);
        let thread = run(microservice, endpoints, self.log, stopped);
        let mut service = TestService {
            url,
            http: client(),
            events,
            lent,
            stop: Some(stop),
            thread: Some(thread),
        };
        service.wait_until_alive().await;
        service
    }

    /// Starts it and waits until it is ready.
    pub(crate) async fn ready(self) -> TestService {
        let service = self.start().await;
        service.wait_until_ready().await;
        service
    }
}

fn keep_events(microservice: Microservice, events: &Events) -> Microservice {
    let keep = |kind| {
        let events = Arc::clone(events);
        move |client| {
            let events = Arc::clone(&events);
            async move { events.lock().unwrap().push((kind, client)) }
        }
    };
    microservice
        .on_subscribed(keep(Kind::Subscribed))
        .on_renewed(keep(Kind::Renewed))
        .on_unsubscribed(keep(Kind::Unsubscribed))
}

fn run(
    microservice: Microservice,
    (lent, added): (Lent, Routes),
    log: Option<Log>,
    stopped: oneshot::Receiver<()>,
) -> JoinHandle<Result<(), Error>> {
    std::thread::spawn(move || {
        let _logging = log.map(Log::start);
        let routes = move |app: &mut ServiceConfig| {
            routes::configure(app, &lent);
            added(app);
        };
        actix_web::rt::System::new().block_on(async {
            tokio::select! {
                ended = microservice.serve(routes) => ended,
                _ = stopped => Ok(()),
            }
        })
    })
}

impl TestService {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A connection to the service, for what no HTTP client sends.
    pub(crate) async fn connect(&self) -> TcpStream {
        let address = self.url.strip_prefix("http://").unwrap();
        TcpStream::connect(address).await.unwrap()
    }

    /// A request to the service, for a test to complete.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Sends a request without body as a user.
    pub(crate) async fn call(&self, user: &User, method: Method, path: &str) -> Reply {
        send(user.sign(self.request(method, path))).await
    }

    /// Sends a `GET` without credentials.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        get(&self.url(path)).await
    }

    pub(crate) async fn wait_until_ready(&self) {
        let readiness = async || self.get("/health/readiness").await;
        eventually("ready", readiness, |reply| reply.status == 200).await;
    }

    /// The tenants that the handlers were called for, in the order of the calls.
    pub(crate) fn events(&self) -> Vec<(Kind, String)> {
        let events = self.events.lock().unwrap();
        let plain = events.iter();
        plain
            .map(|(kind, client)| (*kind, client.tenant().to_string()))
            .collect()
    }

    /// Waits until a handler was called for a tenant, and answers the last client that it got.
    pub(crate) async fn event(&self, kind: Kind, tenant: &str) -> TenantClient {
        let expected = (kind, tenant.to_owned());
        let happened = |seen: &Vec<_>| seen.contains(&expected);
        eventually(&format!("{expected:?}"), async || self.events(), happened).await;
        let events = self.events.lock().unwrap();
        let of_tenant =
            |(k, client): &&(Kind, TenantClient)| *k == kind && client.tenant().as_str() == tenant;
        events.iter().rfind(of_tenant).unwrap().1.clone()
    }

    /// The client of a tenant that is subscribed at the start.
    pub(crate) async fn client(&self, tenant: &str) -> TenantClient {
        self.event(Kind::Subscribed, tenant).await
    }

    /// The subscriptions as an endpoint gets them, also for the time when no endpoint can be
    /// reached.
    pub(crate) async fn subscriptions(&self) -> Subscriptions {
        self.subscriptions_lent_to(&User::admin_of("t100")).await
    }

    pub(crate) async fn subscriptions_lent_to(&self, user: &User) -> Subscriptions {
        let reply = self.call(user, Method::POST, "/lend").await;
        assert_eq!(reply.status, 204, "{reply:#?}");
        self.lent.take().unwrap()
    }

    /// The IDs of the tenants that an endpoint sees.
    pub(crate) async fn tenants(&self) -> Value {
        let admin = User::admin_of("t100");
        let reply = self.call(&admin, Method::GET, "/tenants").await;
        reply.expect(200)
    }

    async fn wait_until_alive(&mut self) {
        let url = self.url("/health/liveness");
        let http = self.http.clone();
        let look = async || {
            if let Some(ended) = self.thread.take_if(|thread| thread.is_finished()) {
                panic!("the service ended: {:?}", ended.join());
            }
            let answer = http.get(&url).send().await;
            answer.map(|answer| answer.status().as_u16()).ok()
        };
        eventually("alive", look, |status| *status == Some(200)).await;
    }
}

impl Drop for TestService {
    fn drop(&mut self) {
        // Nobody listens any more where it has ended already, which the join shows.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let ended = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            assert!(matches!(ended, None | Some(Ok(Ok(())))), "{ended:?}");
        }
    }
}
