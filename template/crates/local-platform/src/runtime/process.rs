//! A child process with all that it has started.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use super::error::DeployError;
use super::memory;
use super::output::Log;
use super::service::{Output, Service};

/// What passes from this process's environment to the service's: how much it logs.
const PASSED_ON: [&str; 2] = ["RUST_LOG", "RUST_BACKTRACE"];

/// A process of a service.
pub(super) struct Process {
    child: Child,
    status: Option<ExitStatus>,
    pub(super) started: Instant,
}

impl Process {
    pub(super) fn start(
        service: &Service,
        injected: BTreeMap<String, String>,
        address: SocketAddr,
        log: &Log,
    ) -> Result<Self, DeployError> {
        let mut command = command(service, injected, address);
        let mut child = command.spawn().map_err(|reason| DeployError::Start {
            executable: service.executable.clone(),
            reason,
        })?;
        let pass_on = service.output == Output::Inherit;
        if let Some(stdout) = child.stdout.take() {
            log.follow(stdout, pass_on.then_some(io::stdout as fn() -> _));
        }
        if let Some(stderr) = child.stderr.take() {
            log.follow(stderr, pass_on.then_some(io::stderr as fn() -> _));
        }
        Ok(Self {
            child,
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

    /// How it ended, if it has.
    pub(super) fn status(&mut self) -> io::Result<Option<ExitStatus>> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
            if self.status.is_some() {
                // As with a container, what it has started ends with it; most often there is
                // nothing left.
                let _ = killpg(self.group(), Signal::SIGKILL);
            }
        }
        Ok(self.status)
    }

    /// Asks it to stop.
    pub(super) fn terminate(&mut self) -> io::Result<()> {
        match self.status()? {
            Some(_) => Ok(()),
            None => Ok(kill(self.group(), Signal::SIGTERM)?),
        }
    }

    /// Ends it with all that it has started.
    pub(super) fn kill(&mut self) -> io::Result<()> {
        match self.status()? {
            Some(_) => Ok(()),
            None => Ok(killpg(self.group(), Signal::SIGKILL)?),
        }
    }

    /// The memory that it takes with all that it has started, where the system says.
    pub(super) fn memory(&self) -> Option<u64> {
        memory::resident(self.group())
    }

    /// The process leads a group of its own, whose ID is the process's.
    fn group(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

/// Its own process group: what the terminal sends to ours on Ctrl-C is ours to pass on, in our own
/// time.
fn command(service: &Service, injected: BTreeMap<String, String>, address: SocketAddr) -> Command {
    let passed_on = PASSED_ON
        .iter()
        .filter_map(|name| Some((*name, std::env::var_os(name)?)));
    let mut command = Command::new(&service.executable);
    command
        .args(&service.arguments)
        .env_clear()
        .envs(passed_on)
        .envs(injected)
        .env("SERVER_ADDRESS", address.ip().to_string())
        .envs(&service.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}
