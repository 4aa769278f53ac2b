//! One application whose uploads are run.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Shared, Version};
use crate::launcher::Launcher;
use crate::runtime::{DeployError, Incident, RunningService, Service};
use crate::state::{Application, Id};

/// How long a version that could not be launched is not tried again.
const PAUSE: Duration = Duration::from_secs(5);

/// What runs of an application.
#[derive(Default)]
pub(super) struct Hosted {
    /// What serves.
    current: Option<Running>,
    /// What takes its place once it is ready. It is given up on only for something newer.
    next: Option<Running>,
    /// What could not be launched, and until when it is left alone.
    paused: Option<(Arc<Version>, Instant)>,
    /// What is being stopped.
    ending: Vec<JoinHandle<()>>,
}

struct Running {
    version: Arc<Version>,
    service: RunningService,
}

impl Hosted {
    /// Does what is due to have a version run, where somebody is subscribed.
    pub(super) fn step(&mut self, id: Id, version: &Arc<Version>, shared: &Arc<Shared>) {
        self.ending.retain(|thread| !thread.is_finished());
        let running = self.current.iter().chain(&self.next);
        for incident in running.flat_map(|it| it.service.take_incidents()) {
            shared.record(incident);
        }
        let Some(application) = subscribed(&shared.launcher, id) else {
            let running = [self.current.take(), self.next.take()];
            let why = "nobody is subscribed any more";
            return self.retire(running.into_iter().flatten(), why, shared);
        };
        let newest = self.next.as_ref().or(self.current.as_ref());
        let is_new = newest.is_none_or(|it| !Arc::ptr_eq(&it.version, version));
        if is_new && !self.is_paused(version) {
            self.renew(&application, version, shared);
        }
        if let Some(next) = self.next.take_if(|it| it.service.is_ready()) {
            self.replace(next, shared);
        }
    }

    fn is_paused(&self, version: &Arc<Version>) -> bool {
        let paused = self.paused.as_ref();
        paused.is_some_and(|(it, until)| Arc::ptr_eq(it, version) && Instant::now() < *until)
    }

    fn renew(&mut self, application: &Application, version: &Arc<Version>, shared: &Arc<Shared>) {
        let next = self.next.take();
        self.retire(next, "there is a newer version", shared);
        match launch(application, version, shared) {
            Ok(service) => {
                let version = version.clone();
                self.next = Some(Running { version, service });
            }
            Err(error) => {
                self.paused = Some((version.clone(), Instant::now() + PAUSE));
                let instance = format!("of application {}", application.name());
                let what = error.to_string();
                shared.record(Incident { instance, what });
            }
        }
    }

    /// From here on the newest one alone gets requests.
    fn replace(&mut self, next: Running, shared: &Arc<Shared>) {
        for instance in next.service.instances() {
            let what = format!("serves version {}", next.version.manifest.version);
            let instance = instance.name().to_owned();
            shared.record(Incident { instance, what });
        }
        next.service.end_others();
        let before = self.current.replace(next);
        self.retire(before, "another one has taken its place", shared);
    }

    fn retire(
        &mut self,
        running: impl IntoIterator<Item = Running>,
        why: &str,
        shared: &Arc<Shared>,
    ) {
        for Running { version, service } in running {
            for instance in service.instances() {
                let version = &version.manifest.version;
                let what = format!("is stopped, with version {version}: {why}");
                let instance = instance.name().to_owned();
                shared.record(Incident { instance, what });
            }
            let shared = shared.clone();
            self.ending.push(std::thread::spawn(move || {
                let kill = || shared.killing.load(Relaxed);
                // What cannot be stopped is tried again, and told, when it is dropped.
                let _ = service.stop_or_kill(kill);
            }));
        }
    }

    /// Stops all that runs, and waits for it.
    pub(super) fn end(mut self, shared: &Arc<Shared>) {
        let running = [self.current.take(), self.next.take()];
        self.retire(running.into_iter().flatten(), "the platform stops", shared);
        for thread in self.ending {
            // A panic has been printed.
            let _ = thread.join();
        }
    }
}

/// The application, where it is there and somebody is subscribed.
fn subscribed(launcher: &Launcher, id: Id) -> Option<Application> {
    launcher.store.with(|platform| {
        let application = platform.application(id).ok()?;
        let is_subscribed = !platform.subscriptions(id).is_empty();
        is_subscribed.then(|| application.clone())
    })
}

fn launch(
    application: &Application,
    version: &Version,
    shared: &Shared,
) -> Result<RunningService, DeployError> {
    let Shared {
        launcher,
        containers,
        ..
    } = shared;
    let service = Service::image(containers, &version.image);
    let deployment = launcher.deployment(service, application, &version.manifest)?;
    RunningService::supervise(deployment)
}
