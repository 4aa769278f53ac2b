//! `dev`: builds the service, runs it on a platform of its own, and stops both on a signal.

use std::ops::ControlFlow::{self, Break, Continue};
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use local_platform::{DeployError, LocalPlatform, Manifest, Output, RunningService, Service};

use super::changes::Changes;
use super::signals::Signals;
use super::{Failure, PlatformOptions, build, say, text};

const POLL: Duration = Duration::from_millis(50);
const READY_WITHIN: Duration = Duration::from_mins(1);

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    platform: PlatformOptions,
    /// The service's path whose call is printed.
    #[arg(long, value_name = "PATH", default_value = text::CREATE_ALARMS)]
    call: String,
    /// Number of instances, with isolation `PER_TENANT` of each tenant; that of the manifest unless
    /// given.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: Option<u8>,
    /// Builds the service again when a source or the manifest changes. The instances that run serve
    /// until the new ones are ready.
    #[arg(long)]
    watch: bool,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let signals = Signals::listen().map_err(Failure::System)?;
    let manifest = super::manifest()?;
    let project = manifest.parent().unwrap_or(&manifest);
    let changes = options.watch.then(|| Changes::of(project)).transpose()?;
    // Before the build: a port that is taken shows at once, and stays ours while cargo is at work.
    let engine = options.platform.engine().unwrap_or_else(|error| {
        say(&format!(
            "No container engine answers: {error}\nThe service runs as a process"
        ));
        None
    });
    let in_containers = engine.is_some();
    let platform = options
        .platform
        .start(&manifest, options.replicas, engine)?;
    let mut dev = Dev {
        signals,
        project,
        manifest: &manifest,
        changes,
        in_containers,
        platform,
        service: None,
    };
    if dev.first(&options.call)?.is_continue() {
        dev.watch(&options.call)?;
    }
    dev.end()
}

/// The platform with the service on it. What breaks off is broken off by a signal.
struct Dev<'a> {
    signals: Signals,
    project: &'a Path,
    manifest: &'a Path,
    /// With `--watch`.
    changes: Option<Changes>,
    in_containers: bool,
    platform: LocalPlatform,
    /// None before the first one that is ready.
    service: Option<RunningService>,
}

impl Dev<'_> {
    /// Brings the service up for the first time. Where changes are watched for, one may mend what is
    /// wrong.
    fn first(&mut self, call: &str) -> Result<ControlFlow<()>, Failure> {
        match self.renew() {
            Err(failure) if self.changes.is_some() => {
                say(&format!("error: {failure}\nWaiting for a change"));
                Ok(Continue(()))
            }
            Ok(Continue(())) => {
                self.introduce(call);
                Ok(Continue(()))
            }
            ended => ended,
        }
    }

    /// Says what happens to the service, and renews it after a change, until a signal arrives.
    fn watch(&mut self, call: &str) -> Result<(), Failure> {
        while !self.signals.arrived_within(POLL) {
            for incident in self.service.iter().flat_map(RunningService::take_incidents) {
                say(&format!("The service, {incident}"));
            }
            super::say_incidents(&self.platform);
            if self.changes.as_ref().is_some_and(Changes::seen) {
                self.after_change(call)?;
            }
        }
        Ok(())
    }

    /// Whatever is wrong with the change, what runs goes on.
    fn after_change(&mut self, call: &str) -> Result<(), Failure> {
        say("A source has changed: building the service");
        let is_first = self.service.is_none();
        match self.renew() {
            Ok(Break(())) => {}
            Ok(Continue(())) if is_first => self.introduce(call),
            Ok(Continue(())) => say("The new service is in place"),
            Err(Failure::System(error)) => return Err(Failure::System(error)),
            Err(failure) if is_first => say(&format!("error: {failure}\nWaiting for a change")),
            Err(failure) => say(&format!(
                "error: {failure}\nThe service that runs stays as it is"
            )),
        }
        Ok(())
    }

    /// Builds the service, deploys it, and only then stops the one before. A manifest that is
    /// refused, a build that fails, a service that does not get ready leave everything as it was.
    fn renew(&mut self) -> Result<ControlFlow<()>, Failure> {
        let manifest = Manifest::read(self.manifest)?;
        let built = self.build();
        if let Some(changes) = &mut self.changes {
            changes.built();
        }
        let Some(service) = built? else {
            return Ok(Break(()));
        };
        let before = self.platform.manifest().clone();
        if manifest != before {
            self.platform.update_manifest(manifest)?;
        }
        match self.deploy(service) {
            Ok(Some(new)) => {
                new.end_others();
                let old = self.service.replace(new);
                old.map_or(Ok(()), |old| self.retire(old))?;
                Ok(Continue(()))
            }
            Ok(None) => Ok(Break(())),
            Err(failure) => {
                self.platform.update_manifest(before)?;
                Err(failure)
            }
        }
    }

    /// Builds the service as it is run; nothing if a signal arrived meanwhile.
    fn build(&self) -> Result<Option<Service>, Failure> {
        if self.in_containers {
            let name = self.platform.application_name();
            let zip = build::pack(self.project, name, &self.signals)?;
            Ok(zip.map(Service::package))
        } else {
            let executable = build::run(self.project, &self.signals)?;
            Ok(executable.map(Service::new))
        }
    }

    /// Starts the service and waits until it is ready; nothing if a signal arrived meanwhile.
    fn deploy(&self, service: Service) -> Result<Option<RunningService>, Failure> {
        let mut running = self.platform.launch(service.output(Output::Inherit))?;
        let delay = self.platform.manifest().readiness_probe.as_ref();
        let delay = Duration::from_secs(delay.map_or(0, |probe| probe.initial_delay_seconds));
        let deadline = Instant::now() + delay + READY_WITHIN;
        while let Some(reason) = running.probe()? {
            if self.signals.arrived_within(POLL) {
                self.stop(running)?;
                return Ok(None);
            }
            if Instant::now() >= deadline {
                self.stop(running)?;
                let (within, log) = (READY_WITHIN, String::new());
                return Err(DeployError::NotReady {
                    within,
                    reason,
                    log,
                }
                .into());
            }
        }
        Ok(Some(running))
    }

    fn introduce(&self, call: &str) {
        if let Some(service) = &self.service {
            let watched = self.changes.is_some();
            say(&text::dev(&self.platform, service, call, watched));
        }
    }

    /// Stops a service whose place another one has taken; a signal makes short work of it.
    fn retire(&self, service: RunningService) -> Result<(), Failure> {
        let kill = || self.signals.arrived_within(Duration::ZERO);
        let ended = service.stop_or_kill(kill);
        ended.map(drop).map_err(Failure::System)
    }

    fn end(mut self) -> Result<(), Failure> {
        let service = self.service.take();
        service.map_or(Ok(()), |service| self.stop(service))?;
        let Self {
            platform, signals, ..
        } = self;
        platform.stop_or_kill(|| signals.another());
        Ok(())
    }

    fn stop(&self, service: RunningService) -> Result<(), Failure> {
        say("Stopping the service; another signal kills it");
        let kill = || {
            let kill = self.signals.another();
            if kill {
                say("Killing the service");
            }
            kill
        };
        let ended = service.stop_or_kill(kill);
        ended.map(drop).map_err(Failure::System)
    }
}
