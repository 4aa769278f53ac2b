//! Hosting: runs what is uploaded, for as long as a tenant is subscribed to it.
//!
//! What is uploaded is written down by the upload, and brought about by a thread: it compares what
//! should run with what does, again and again.

mod hosted;

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Cursor};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use packaging::{Image, Manifest};

use crate::containers::{Containers, LoadError, LoadedImage};
use crate::launcher::Launcher;
use crate::runtime::Incident;
use crate::state::{Id, Platform};
use hosted::Hosted;

const PERIOD: Duration = Duration::from_millis(50);
const POLL: Duration = Duration::from_millis(20);
/// Incidents that nobody asks for are kept up to this number.
const INCIDENTS: usize = 100;

/// A version of a microservice that was uploaded.
pub(crate) struct Version {
    pub(crate) manifest: Manifest,
    pub(crate) image: Arc<LoadedImage>,
}

/// A handle on what is uploaded.
#[derive(Clone)]
pub(crate) struct Hosting(Arc<Shared>);

struct Shared {
    launcher: Launcher,
    containers: Containers,
    /// The version of each application that was uploaded last.
    versions: Mutex<BTreeMap<Id, Arc<Version>>>,
    incidents: Mutex<VecDeque<Incident>>,
    stopping: AtomicBool,
    killing: AtomicBool,
}

/// The thread that runs what is uploaded. Dropping it stops all of that.
pub(crate) struct Host {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Hosting {
    pub(crate) fn start(launcher: Launcher, containers: Containers) -> io::Result<(Self, Host)> {
        let shared = Arc::new(Shared {
            launcher,
            containers,
            versions: Mutex::default(),
            incidents: Mutex::default(),
            stopping: AtomicBool::new(false),
            killing: AtomicBool::new(false),
        });
        let running = shared.clone();
        let thread = std::thread::Builder::new().name("hosting".to_owned());
        let thread = thread.spawn(move || running.run())?;
        let host = Host {
            shared: shared.clone(),
            thread: Some(thread),
        };
        Ok((Self(shared), host))
    }

    /// Loads the image of an uploaded package. This takes its time.
    pub(crate) fn load(&self, zip: Bytes, image: &Image) -> Result<Arc<LoadedImage>, LoadError> {
        LoadedImage::load(&self.0.containers.engine, Cursor::new(zip), image)
    }

    /// Has a version run instead of the one before, which is returned: to drop it takes its time.
    pub(crate) fn host(&self, application: Id, version: Arc<Version>) -> Option<Arc<Version>> {
        lock(&self.0.versions).insert(application, version)
    }
}

impl Host {
    /// What has happened since this was asked last.
    pub(crate) fn take_incidents(&self) -> Vec<Incident> {
        lock(&self.shared.incidents).drain(..).collect()
    }

    /// Stops all that runs, and waits for it; `kill` makes short work of it.
    pub(crate) fn stop(&mut self, mut kill: impl FnMut() -> bool) {
        self.shared.stopping.store(true, Relaxed);
        let Some(thread) = self.thread.take() else {
            return;
        };
        while !thread.is_finished() {
            if kill() {
                self.shared.killing.store(true, Relaxed);
            }
            std::thread::sleep(POLL);
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop(|| false);
    }
}

impl Shared {
    fn run(self: Arc<Self>) {
        let mut hosted: BTreeMap<Id, Hosted> = BTreeMap::new();
        while !self.stopping.load(Relaxed) {
            let versions = lock(&self.versions).clone();
            for (id, version) in versions {
                hosted.entry(id).or_default().step(id, &version, &self);
                let is_gone = |it: &mut Platform| it.application(id).is_err();
                if self.launcher.store.with(is_gone) {
                    lock(&self.versions).remove(&id);
                }
            }
            std::thread::sleep(PERIOD);
        }
        lock(&self.versions).clear();
        for hosted in hosted.into_values() {
            hosted.end(&self);
        }
    }

    fn record(&self, incident: Incident) {
        let mut incidents = lock(&self.incidents);
        if incidents.len() == INCIDENTS {
            incidents.pop_front();
        }
        incidents.push_back(incident);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
