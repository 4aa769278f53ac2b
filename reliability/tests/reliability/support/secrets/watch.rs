//! Everything that a stage shows, searched when it ends.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use local_platform::{Instance, LocalPlatform, Secrets};
use reqwest::Url;

use super::Search;

/// What is kept before it is searched. A secret is known before it can be printed.
const MOST_KEPT: usize = 32 * 1024 * 1024;
/// How long the last lines of a service that has ended may take, and its metrics.
const PATIENCE: Duration = Duration::from_secs(5);

/// Platforms by their ports: one that is started again on the same port has other service users.
static PLATFORMS: Mutex<Vec<(u16, Secrets)>> = Mutex::new(Vec::new());
/// Answers of services, by the ports of those who gave them.
static ANSWERS: LazyLock<Mutex<HashMap<u16, String>>> = LazyLock::new(Mutex::default);

/// What the services of a stage have shown so far.
pub(crate) struct Seen {
    /// The platform's.
    port: u16,
    application_key: String,
    text: Mutex<(String, Vec<String>)>,
}

/// Dropped before the service ends: looks at its metrics and its processes' command lines.
pub(crate) struct End {
    instances: Vec<Arc<Instance>>,
    seen: Arc<Seen>,
}

/// Dropped when everything has ended: searches all that was seen.
pub(crate) struct Watch(Arc<Seen>);

/// Takes note of a platform, whose secrets its services are searched for.
pub(crate) fn know(platform: &LocalPlatform) {
    lock(&PLATFORMS).push((platform.address().port(), platform.secrets()));
}

/// Takes note of an answer, if a service has given it.
pub(crate) fn answered(url: &Url, text: &str) {
    let is_platforms = lock(&PLATFORMS)
        .iter()
        .any(|(port, _)| url.port() == Some(*port));
    if let Some(port) = url.port()
        && (!is_platforms || url.path().starts_with("/service/"))
    {
        let mut answers = lock(&ANSWERS);
        let answers = answers.entry(port).or_default();
        if answers.len() < MOST_KEPT {
            answers.extend(["answer to ", url.path(), ": ", text, "\n"]);
        }
    }
}

impl Seen {
    /// Nothing yet, of services of this platform.
    pub(crate) fn of(platform: &LocalPlatform) -> Arc<Self> {
        let mut variables = platform.bootstrap_environment(0);
        let application_key = variables.remove("APPLICATION_KEY");
        Arc::new(Self {
            port: platform.address().port(),
            application_key: application_key.expect("each application has a key"),
            text: Mutex::default(),
        })
    }

    /// Adds what was printed.
    pub(crate) fn add(&self, text: &str) {
        let mut seen = lock(&self.text);
        seen.0.push_str(text);
        seen.0.push('\n');
        if seen.0.len() > MOST_KEPT {
            let found = self.search().find(&seen.0);
            seen.0.clear();
            seen.1.extend(found);
        }
    }

    /// Everything that was found so far.
    pub(crate) fn found(&self) -> Vec<String> {
        let search = self.search();
        let seen = lock(&self.text);
        seen.1.iter().cloned().chain(search.find(&seen.0)).collect()
    }

    /// Whether something was shown since the last search.
    pub(crate) fn saw(&self, text: &str) -> bool {
        lock(&self.text).0.contains(text)
    }

    /// Waits for the last lines of services that have ended: whoever still reads them has a handle.
    pub(crate) fn wait_for_the_end(self: &Arc<Self>) {
        let deadline = Instant::now() + PATIENCE;
        while Arc::strong_count(self) > 1 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn search(&self) -> Search {
        let mut secrets = BTreeSet::new();
        for (_, of_platform) in lock(&PLATFORMS).iter() {
            secrets.extend(of_platform.list());
        }
        Search::new(&secrets, &self.application_key)
    }
}

impl End {
    pub(crate) fn new(instances: Vec<Arc<Instance>>, seen: &Arc<Seen>) -> Self {
        Self {
            instances,
            seen: seen.clone(),
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        for instance in self.instances.drain(..) {
            let port = instance.address().port();
            // A service that a test has ended has neither.
            if let Ok(metrics) = metrics(instance.address()) {
                self.seen.add(&metrics);
            }
            if let Ok(line) = fs::read(format!("/proc/{}/cmdline", instance.pid())) {
                self.seen.add(&String::from_utf8_lossy(&line));
            }
            for port in [port, self.seen.port] {
                let answers = lock(&ANSWERS).remove(&port);
                self.seen.add(&answers.unwrap_or_default());
            }
        }
    }
}

impl Watch {
    pub(crate) fn new(seen: Arc<Seen>) -> Self {
        Self(seen)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.wait_for_the_end();
        let found = self.0.found();
        lock(&PLATFORMS).retain(|(port, _)| *port != self.0.port);
        if !thread::panicking() {
            assert!(found.is_empty(), "the service shows secrets: {found:#?}");
        }
    }
}

fn metrics(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
