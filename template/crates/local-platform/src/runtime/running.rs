//! A service that runs: what whoever deployed it holds.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::deployment::Deployment;
use super::error::DeployError;
use super::instance::{Incident, Instance, Phase};
use super::roster::Roster;

const POLL: Duration = Duration::from_millis(20);

/// A service that the platform runs, in one or more instances. Dropping it stops it, as
/// [`RunningService::stop`] does.
///
/// Once an instance has been ready it is supervised: it gets requests only while it is ready, and
/// is restarted when it ends, is not alive, or takes more memory than the manifest allows.
///
/// Where not said otherwise, methods speak of the first instance, which is the only one unless
/// there are replicas or the isolation is `PER_TENANT`.
pub struct RunningService {
    roster: Arc<Roster>,
    first: Arc<Instance>,
}

impl RunningService {
    /// Starts a service that somebody waits for: [`RunningService::probe`].
    pub(crate) fn launch(deployment: Deployment) -> Result<Self, DeployError> {
        Self::begin(deployment, Phase::Launched)
    }

    /// Starts a service that is supervised from the start: instances that end before they are ready
    /// are started again as well.
    pub(crate) fn supervise(deployment: Deployment) -> Result<Self, DeployError> {
        Self::begin(deployment, Phase::Supervised)
    }

    fn begin(deployment: Deployment, phase: Phase) -> Result<Self, DeployError> {
        let roster = Roster::launch(Arc::new(deployment), phase)?;
        let instances = roster.instances();
        let first = instances.into_iter().next();
        let first = first.ok_or(DeployError::NoSubscription)?;
        Ok(Self { roster, first })
    }

    /// Its instances. With `PER_TENANT` they come and go with the subscriptions.
    #[must_use]
    pub fn instances(&self) -> Vec<Arc<Instance>> {
        self.roster.instances()
    }

    /// Whether all of its instances get requests.
    pub(crate) fn is_ready(&self) -> bool {
        let instances = self.instances();
        !instances.is_empty() && instances.iter().all(|it| it.is_ready())
    }

    /// Ends every other service of the same application, uploads as well, so that this one alone gets
    /// requests: SIGTERM, and SIGKILL after their grace. This does not wait.
    pub fn end_others(&self) {
        let deployment = &self.roster.deployment;
        let application = deployment.environment.application.id;
        let is_other = |it: &Instance| !Arc::ptr_eq(&it.deployment, deployment);
        deployment.instances.end(application, is_other);
    }

    /// Where it listens on this machine.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.first.address()
    }

    /// Its address as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Its process ID. With a container it is that of the engine's program.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.first.pid()
    }

    /// The lines that it wrote so far; the last 10,000.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.first.log()
    }

    /// What has happened to any of the instances since this was asked last.
    #[must_use]
    pub fn take_incidents(&self) -> Vec<Incident> {
        self.roster.deployment.take_incidents()
    }

    /// Tries the readiness probe of every instance that has not been ready yet. `None` means that
    /// all are ready, and the gateway sends requests from now on; else the text says what is not
    /// ready.
    pub fn probe(&mut self) -> Result<Option<String>, DeployError> {
        for instance in self.instances() {
            if let Some(reason) = instance.probe()? {
                return Ok(Some(reason));
            }
        }
        Ok(None)
    }

    /// Waits until all instances are ready, or their time is up. It begins when the readiness
    /// probe's delay is over.
    pub fn wait_until_ready(&mut self) -> Result<(), DeployError> {
        let deployment = self.roster.deployment.clone();
        let delay = deployment.readiness.as_ref();
        let delay = Duration::from_secs(delay.map_or(0, |probe| probe.initial_delay_seconds));
        let within = deployment.service.ready_within;
        let deadline = Instant::now() + delay + within;
        while let Some(reason) = self.probe()? {
            if Instant::now() >= deadline {
                let log = self.first.log.tail();
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

    /// How its process ended, if none runs. One that has been ready is started again, unless it was
    /// asked to stop.
    pub fn exit_status(&mut self) -> io::Result<Option<ExitStatus>> {
        self.first.exit_status()
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

    /// Asks all instances to stop, with SIGTERM, and does not wait.
    pub fn terminate(&mut self) -> io::Result<()> {
        self.roster.close();
        let instances = self.instances();
        instances.iter().try_for_each(|it| it.terminate())
    }

    /// Stops all instances as the platform does: no more requests, SIGTERM, and SIGKILL for those
    /// that still run after their grace.
    pub fn stop(mut self) -> io::Result<ExitStatus> {
        self.end(|| false)
    }

    /// As [`RunningService::stop`], and SIGKILL as soon as `kill` says so: it is asked until the
    /// service has ended.
    pub fn stop_or_kill(mut self, kill: impl FnMut() -> bool) -> io::Result<ExitStatus> {
        self.end(kill)
    }

    fn end(&mut self, kill: impl FnMut() -> bool) -> io::Result<ExitStatus> {
        self.roster.stop(kill)?;
        let status = self.exit_status()?;
        status.ok_or_else(|| io::Error::other("it has ended in a way that the system hides"))
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
