//! What a deadline does, which only a request that is being served has.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::Mutex;

use futures_util::future::join_all;
use local_platform::{Fault, LocalPlatform};

use super::*;
use crate::background::BackgroundRuntime;
use crate::deadline::{self, Deadline, Stop};
use crate::testing::application;

const OBJECTS: &str = "/inventory/managedObjects";
const CURRENT_APPLICATION: &str = "/application/currentApplication";
const FOR_EVER: Duration = Duration::from_mins(10);

struct World {
    platform: LocalPlatform,
    application: Arc<Application>,
    user: Signer,
    _runtime: BackgroundRuntime,
}

impl World {
    /// An application whose key is in the environment, or not.
    fn start(has_key: bool) -> Self {
        let platform = LocalPlatform::start().unwrap();
        let mut environment = platform.bootstrap_environment(1);
        if !has_key {
            environment.remove("APPLICATION_KEY");
        }
        let config = Config::read(|name| environment.get(name).map(OsString::from)).unwrap();
        let runtime = BackgroundRuntime::start().unwrap();
        Self {
            application: application(&config, runtime.handle()),
            user: Signer::Fixed(administrator(&environment)),
            platform,
            _runtime: runtime,
        }
    }

    fn outgoing(&self) -> Outgoing {
        let address = self.application.raw_address(OBJECTS).unwrap();
        Outgoing::new(Method::GET, address)
    }

    async fn read(&self) -> Result<Response, PlatformError> {
        self.application.send(self.outgoing(), &self.user).await
    }

    async fn read_within(&self, time: Duration) -> Result<Response, PlatformError> {
        let deadline = Deadline::after(time, &Stop::default());
        soon(deadline::scope(Some(deadline), self.read())).await
    }

    fn requests_to(&self, path: &str) -> usize {
        let all = self.platform.requests().into_iter();
        all.filter(|request| request.path == path).count()
    }
}

/// Waits for what has to end long before the limits of a request.
async fn soon<F: Future>(future: F) -> F::Output {
    let ended = timeout(Duration::from_secs(20), future).await;
    ended.expect("an end within 20 s")
}

fn administrator(environment: &BTreeMap<String, String>) -> Credentials {
    let tenant = TenantId::from(environment["C8Y_BOOTSTRAP_TENANT"].as_str());
    Credentials::new(
        tenant,
        local_platform::ADMIN,
        &local_platform::PASSWORD.into(),
    )
}

#[tokio::test]
async fn nothing_is_sent_when_the_time_is_over() {
    let world = World::start(true);
    let answer = world.read_within(Duration::ZERO).await;
    let not_sent = matches!(answer, Err(PlatformError::NotSent(_)));
    assert!(not_sent, "{answer:?}");
    assert_eq!(world.requests_to(OBJECTS), 0);
    assert!(world.read_within(FOR_EVER).await.is_ok());
}

#[tokio::test]
async fn an_attempt_ends_with_the_time_of_the_request_being_served() {
    let world = World::start(true);
    world.platform.inject(Fault::latency(FOR_EVER).at(OBJECTS));
    let answer = world.read_within(Duration::from_millis(200)).await;
    let no_answer = matches!(answer, Err(PlatformError::NoAnswer(_)));
    assert!(no_answer, "{answer:?}");
}

#[tokio::test]
async fn a_wait_that_does_not_fit_into_the_time_is_not_begun() {
    let world = World::start(true);
    let in_a_minute = Fault::too_many_requests(Duration::from_secs(50));
    world.platform.inject(in_a_minute.at(OBJECTS));
    let answer = world.read_within(Duration::from_secs(40)).await;
    let refused = answer.unwrap_err();
    let retry_after = refused.answer().unwrap().retry_after;
    assert_eq!(retry_after, Some(Duration::from_secs(50)), "{refused:?}");
    assert_eq!(world.requests_to(OBJECTS), 1);
}

#[tokio::test]
async fn when_the_time_is_over_the_error_is_what_the_last_attempt_saw() {
    let world = World::start(true);
    world
        .platform
        .inject(Fault::latency(Duration::from_millis(300)).at(OBJECTS));
    world.platform.inject(Fault::status(503).at(OBJECTS));
    // Enough for one attempt or two, and never for the third one's answer.
    let answer = world.read_within(Duration::from_millis(800)).await;
    let error = answer.unwrap_err();
    let seen = matches!(&error, PlatformError::NoAnswer(_)) || error.status().is_some();
    assert!(seen, "{error:?}");
    assert!(world.requests_to(OBJECTS) < 3);
}

#[tokio::test]
async fn all_of_a_request_ends_with_its_budget_where_nobody_waits() {
    let world = World::start(true);
    world.platform.inject(Fault::latency(FOR_EVER).at(OBJECTS));
    let transport = &world.application.transport;
    let prepared = transport.prepare(world.outgoing()).unwrap();
    let mut request = transport.request(&prepared);
    world.user.sign(request.headers_mut());
    let budget = Budget::of(Duration::from_millis(200));
    let answer = soon(transport.exchange(&prepared, request, &budget)).await;
    let no_answer = matches!(answer, Err(PlatformError::NoAnswer(_)));
    assert!(no_answer, "{answer:?}");
    assert_eq!(budget.left(), Duration::ZERO);
}

#[tokio::test]
async fn an_impatient_caller_takes_the_application_key_from_nobody_else() {
    let world = World::start(false);
    let slow = Fault::latency(Duration::from_millis(500));
    world.platform.inject(slow.at(CURRENT_APPLICATION));
    let impatient = world.read_within(Duration::from_millis(100));
    let patient = join_all((0..10).map(|_| world.read()));
    let (impatient, patient) = tokio::join!(impatient, patient);
    let Err(PlatformError::NotSent(reason)) = impatient else {
        panic!("{impatient:?}");
    };
    assert!(reason.contains("application key"), "{reason}");
    assert!(patient.iter().all(Result::is_ok), "{patient:?}");
    assert_eq!(world.requests_to(CURRENT_APPLICATION), 1);
}

#[tokio::test]
async fn an_answer_about_the_application_is_none_to_the_request() {
    let world = World::start(false);
    world
        .platform
        .inject(Fault::status(404).at(CURRENT_APPLICATION).times(1));
    let answer = world.read().await;
    let Err(error @ PlatformError::NotSent(_)) = answer else {
        panic!("{answer:?}");
    };
    assert!(error.to_string().contains("404"), "{error}");
    assert_eq!(error.status(), None);
}

#[tokio::test]
async fn a_further_attempt_is_logged_with_its_tenant_and_without_secrets() {
    let world = World::start(true);
    world
        .platform
        .inject(Fault::status(502).at(OBJECTS).times(1));
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let transport = &world.application.transport;
    let prepared = transport.prepare(world.outgoing()).unwrap();
    let logging = tracing::subscriber::set_default(subscriber);
    let sending = world.application.exchange(prepared, &world.user);
    sending.await.unwrap();
    drop(logging);
    let text = log.text();
    let lines: Vec<_> = text.lines().filter(|it| it.contains("again")).collect();
    let [line] = lines[..] else {
        panic!("{text}");
    };
    for expected in ["t100", "attempt=1", "502", OBJECTS] {
        assert!(line.contains(expected), "{expected} is not in {line}");
    }
    let key = &world.platform.bootstrap_environment(1)["APPLICATION_KEY"];
    for secret in [local_platform::PASSWORD, "Basic", key] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
