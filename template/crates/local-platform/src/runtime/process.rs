//! A process with all that it has started: that of a service, or the engine's program that a
//! container is attached to.

use std::ffi::OsString;
use std::io;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::container::{self, Blueprint, Container};
use super::deployment::Deployment;
use super::error::DeployError;
use super::output::Log;
use super::resources;
use super::service::{Output, Program, Service};
use crate::environment::Variables;
use crate::state::Subscription;

/// What passes from this process's environment to the service's: how much it logs.
const PASSED_ON: [&str; 2] = ["RUST_LOG", "RUST_BACKTRACE"];

/// A process of a service.
pub(super) struct Process {
    child: Child,
    /// What it is attached to.
    container: Option<Container>,
    status: Option<ExitStatus>,
    pub(super) started: Instant,
}

impl Process {
    /// Starts a service that listens on an address of this machine, for the owner of a subscription
    /// with `PER_TENANT`. `name` is that of a container, which no other one has.
    pub(super) fn start(
        deployment: &Deployment,
        subscription: Option<&Subscription>,
        address: SocketAddr,
        name: String,
        log: &Log,
    ) -> Result<Self, DeployError> {
        let service = &deployment.service;
        let variables = |port| deployment.environment.variables(port, subscription);
        match &service.program {
            Program::Executable(executable) => {
                let command = command(service, executable, variables(address.port()), address);
                Self::spawn(command, service, None, log)
            }
            Program::Package(zip) => Err(DeployError::NoEngine(zip.clone())),
            Program::Image(containers, image) => {
                let injected = passed_on_texts().chain(variables(container::PORT));
                let container = Container::create(Blueprint {
                    containers,
                    image,
                    name,
                    arguments: &service.arguments,
                    variables: injected.chain(service.environment.clone()).collect(),
                    limits: deployment.limits,
                    published: address,
                })?;
                let attached = Self::spawn(container.attach(), service, Some(&container), log);
                attached.inspect_err(|_| container.clear())
            }
        }
    }

    fn spawn(
        mut command: Command,
        service: &Service,
        container: Option<&Container>,
        log: &Log,
    ) -> Result<Self, DeployError> {
        // Its own process group: what the terminal sends to ours on Ctrl-C is ours to pass on, in
        // our own time.
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        let mut child = command.spawn().map_err(|reason| DeployError::Start {
            executable: command.get_program().into(),
            reason,
        })?;
        let pass_on = service.output == Output::Inherit;
        if let Some(stdout) = child.stdout.take() {
            log.follow(
                stdout,
                service.listener.clone(),
                pass_on.then_some(io::stdout as fn() -> _),
            );
        }
        if let Some(stderr) = child.stderr.take() {
            log.follow(
                stderr,
                service.listener.clone(),
                pass_on.then_some(io::stderr as fn() -> _),
            );
        }
        Ok(Self {
            child,
            container: container.cloned(),
            status: None,
            started: Instant::now(),
        })
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn lived(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn container(&self) -> Option<&Container> {
        self.container.as_ref()
    }

    /// How it ended, if it has.
    pub(super) fn status(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
            if self.status.is_some() {
                // As with a container, what it has started ends with it; most often there is
                // nothing left.
                let _ = killpg(self.group(), Signal::SIGKILL);
                self.container().map(Container::clear);
            }
        }
        Ok(self.status)
    }

    /// Whether it has ended, and its container is removed.
    pub(super) fn is_gone(&mut self) -> io::Result<bool> {
        let has_ended = self.status()?.is_some();
        Ok(has_ended && self.container().is_none_or(Container::is_cleared))
    }

    /// Asks it to stop.
    pub(super) fn terminate(&mut self) -> io::Result<()> {
        match (self.status()?, &self.container) {
            (Some(_), _) => {}
            (None, Some(container)) => container.terminate(),
            (None, None) => kill(self.group(), Signal::SIGTERM)?,
        }
        Ok(())
    }

    /// Ends it with all that it has started.
    pub(super) fn kill(&mut self) -> io::Result<()> {
        match (self.status()?, &self.container) {
            (Some(_), _) => {}
            (None, Some(container)) => container.kill(),
            (None, None) => killpg(self.group(), Signal::SIGKILL)?,
        }
        Ok(())
    }

    /// The memory that it takes with all that it has started, where the system says. That of a
    /// container is the engine's to watch.
    pub(super) fn memory(&self) -> Option<u64> {
        match self.container {
            None => resources::resident(self.group()),
            Some(_) => None,
        }
    }

    /// The process leads a group of its own, whose ID is the process's.
    fn group(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

fn command(
    service: &Service,
    executable: &Path,
    injected: Variables,
    address: SocketAddr,
) -> Command {
    let mut command = Command::new(executable);
    command
        .args(&service.arguments)
        .env_clear()
        .envs(passed_on())
        .envs(injected)
        .env("SERVER_ADDRESS", address.ip().to_string())
        .envs(&service.environment);
    command
}

fn passed_on() -> impl Iterator<Item = (&'static str, OsString)> {
    let names = PASSED_ON.iter();
    names.filter_map(|name| Some((*name, std::env::var_os(name)?)))
}

fn passed_on_texts() -> impl Iterator<Item = (String, String)> {
    passed_on().filter_map(|(name, value)| Some((name.to_owned(), value.into_string().ok()?)))
}
