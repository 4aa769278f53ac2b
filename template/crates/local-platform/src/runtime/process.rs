//! A service that runs as a child process.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use packaging::Probe;

use super::output::Log;
use super::probe;
use super::service::{DeployError, Output, Service};
use crate::gateway::{Instance, Targets};
use crate::server::bind;

const POLL: Duration = Duration::from_millis(20);
/// What passes from this process's environment to the service's: how much it logs.
const PASSED_ON: [&str; 2] = ["RUST_LOG", "RUST_BACKTRACE"];

/// Where the gateway is told about an instance.
pub(crate) struct Route {
    pub(crate) targets: Targets,
    pub(crate) context_path: String,
    pub(crate) tenant: Option<String>,
}

/// A service that the platform runs. Dropping it stops it, as [`RunningService::stop`] does.
pub struct RunningService {
    child: Child,
    status: Option<ExitStatus>,
    address: SocketAddr,
    probe: Option<Probe>,
    service: Service,
    log: Log,
    route: Route,
}

impl RunningService {
    pub(crate) fn launch(
        service: Service,
        environment: impl FnOnce(u16) -> BTreeMap<String, String>,
        probe: Option<Probe>,
        route: Route,
    ) -> Result<Self, DeployError> {
        // Whoever listens on a port and lets go of it knows of one that is free.
        let address = bind(0)?.local_addr()?;
        let mut command = command(&service, environment(address.port()), address);
        let mut child = command.spawn().map_err(|reason| DeployError::Start {
            executable: service.executable.clone(),
            reason,
        })?;
        let mut log = Log::default();
        if let Some(stdout) = child.stdout.take() {
            log.follow(stdout);
        }
        if let Some(stderr) = child.stderr.take() {
            log.follow(stderr);
        }
        Ok(Self {
            child,
            status: None,
            address,
            probe,
            service,
            log,
            route,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its process ID.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The lines that it wrote so far, where they are captured; the last 10,000.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lines()
    }

    /// Tries the readiness probe once. `None` means ready, and the gateway sends requests from now
    /// on; else the text says what is not ready.
    pub fn probe(&mut self) -> Result<Option<String>, DeployError> {
        if let Some(status) = self.exit_status()? {
            return Err(DeployError::Ended {
                status,
                log: self.log.last(),
            });
        }
        if let Err(reason) = probe::attempt(self.probe.as_ref(), self.address) {
            return Ok(Some(reason));
        }
        self.register();
        Ok(None)
    }

    /// Waits until the service is ready, or its time is up.
    pub fn wait_until_ready(&mut self) -> Result<(), DeployError> {
        let deadline = Instant::now() + self.service.ready_within;
        while let Some(reason) = self.probe()? {
            if Instant::now() >= deadline {
                let (within, log) = (self.service.ready_within, self.log.tail());
                return Err(DeployError::NotReady {
                    within,
                    reason,
                    log,
                });
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    /// How it ended, if it has.
    pub fn exit_status(&mut self) -> io::Result<Option<ExitStatus>> {
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

    /// Waits for its end, at most this long.
    pub fn wait(&mut self, at_most: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + at_most;
        loop {
            let status = self.exit_status()?;
            if status.is_some() || Instant::now() >= deadline {
                return Ok(status);
            }
            std::thread::sleep(POLL);
        }
    }

    /// Asks it to stop, with SIGTERM, and does not wait.
    pub fn terminate(&mut self) -> io::Result<()> {
        match self.exit_status()? {
            Some(_) => Ok(()),
            None => Ok(kill(self.group(), Signal::SIGTERM)?),
        }
    }

    /// Stops it as the platform does: no more requests, SIGTERM, and SIGKILL if it still runs after
    /// its grace.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        self.end(|| false)
    }

    /// As [`RunningService::stop`], and SIGKILL as soon as `kill` says so: it is asked until the
    /// service has ended.
    pub fn stop_or_kill(mut self, kill: impl FnMut() -> bool) -> io::Result<ExitStatus> {
        self.end(kill)
    }

    fn end(&mut self, mut kill: impl FnMut() -> bool) -> io::Result<ExitStatus> {
        self.route
            .targets
            .remove(&self.route.context_path, self.address);
        self.terminate()?;
        let deadline = Instant::now() + self.service.grace;
        loop {
            if let Some(status) = self.wait(POLL)? {
                return Ok(status);
            }
            if Instant::now() >= deadline || kill() {
                break;
            }
        }
        killpg(self.group(), Signal::SIGKILL)?;
        let status = self.child.wait()?;
        self.status = Some(status);
        Ok(status)
    }

    fn register(&self) {
        let Route {
            targets,
            context_path,
            tenant,
        } = &self.route;
        targets.add(
            context_path,
            Instance {
                address: self.address,
                tenant: tenant.clone(),
            },
        );
    }

    /// The process leads a group of its own, whose ID is the process's.
    fn group(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for RunningService {
    fn drop(&mut self) {
        if let Err(error) = self.end(|| false) {
            let pid = self.pid();
            let what = format!("the service (process {pid}) could not be stopped: {error}");
            // Nobody may be left to read it.
            let _ = writeln!(io::stderr(), "{what}");
        }
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
        .process_group(0);
    if service.output == Output::Capture {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    }
    command
}
