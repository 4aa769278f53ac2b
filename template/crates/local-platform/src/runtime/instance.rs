//! An instance of a service: one process at a time, and where it is in its life.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::backoff::Backoff;
use super::container::Container;
use super::deployment::Deployment;
use super::error::DeployError;
use super::health::Health;
use super::name;
use super::output::Log;
use super::place::Place;
use super::process::Process;
use crate::gateway;
use crate::ports::bind;
use crate::state::{Application, Subscription, Time, now};

/// An instance of a service, for all tenants or with `PER_TENANT` for one.
pub struct Instance {
    name: String,
    pub(super) subscription: Option<Subscription>,
    pub(super) deployment: Arc<Deployment>,
    pub(super) log: Log,
    launched: Time,
    state: Mutex<State>,
}

/// Something that happened to an instance, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The instance's name.
    pub instance: String,
    /// What happened to it, and what comes of it.
    pub what: String,
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "instance {}: {}", self.instance, self.what)
    }
}

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Whoever launched it waits for it to be ready.
    Launched,
    Supervised,
    /// Has been told to end, to be started again.
    Ending {
        kill_at: Instant,
    },
    /// Is started again later.
    Down {
        until: Instant,
    },
    /// Ends for good.
    Stopping {
        kill_at: Option<Instant>,
    },
}

pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) process: Process,
    pub(super) address: SocketAddr,
    /// Where the gateway sends requests, if it does.
    target: Option<SocketAddr>,
    pub(super) liveness: Option<Health>,
    pub(super) readiness: Option<Health>,
    /// Whether the gateway sends requests.
    pub(super) ready: bool,
    /// Whether the process has been ready at some time.
    pub(super) was_ready: bool,
    pub(super) restarts: u32,
    pub(super) backoff: Backoff,
    pub(super) memory_seen: Instant,
}

impl Instance {
    /// Starts the first process of an instance.
    pub(super) fn launch(
        deployment: &Arc<Deployment>,
        subscription: Option<Subscription>,
        phase: Phase,
    ) -> Result<Arc<Self>, DeployError> {
        let log = Log::default();
        // Whoever listens on a port and lets go of it knows of one that is free.
        let address = bind(0)?.local_addr()?;
        let name = name::instance(deployment, subscription.as_ref());
        let own = subscription.as_ref();
        let process = Process::start(deployment, own, address, name::container(&name, 0), &log)?;
        let state = State {
            phase,
            address,
            target: None,
            liveness: liveness(deployment, &process),
            readiness: readiness(deployment, &process),
            ready: false,
            was_ready: false,
            restarts: 0,
            backoff: deployment.service.backoff.clone(),
            memory_seen: process.started,
            process,
        };
        let instance = Arc::new(Self {
            name,
            subscription,
            deployment: deployment.clone(),
            log,
            launched: now(),
            state: Mutex::new(state),
        });
        deployment.instances.add(&instance);
        Ok(instance)
    }

    /// Starts the next process, on the same port where it can be had.
    pub(super) fn start_again(&self, state: &mut State) -> Result<(), DeployError> {
        let listener = bind(state.address.port()).or_else(|_| bind(0))?;
        state.address = listener.local_addr()?;
        drop(listener);
        let deployment = &self.deployment;
        let subscription = self.subscription.as_ref();
        let name = name::container(&self.name, state.restarts);
        state.process = Process::start(deployment, subscription, state.address, name, &self.log)?;
        state.liveness = liveness(deployment, &state.process);
        state.readiness = readiness(deployment, &state.process);
        state.was_ready = false;
        state.phase = Phase::Supervised;
        Ok(())
    }

    /// Its name, as the platform's status and log know it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The one tenant that it serves, with `PER_TENANT`.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        self.subscription.as_ref().map(|it| it.tenant.as_str())
    }

    /// Where it listens on this machine.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.with(|state| state.address)
    }

    /// The name of its container, the last one where none runs.
    #[must_use]
    pub fn container(&self) -> Option<String> {
        self.with(|state| Some(state.process.container()?.name().to_owned()))
    }

    /// The ID of its process, the last one where none runs. With a container it is that of the
    /// engine's program.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.with(|state| state.process.id())
    }

    /// Whether the gateway sends requests to it.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.with(|state| state.ready)
    }

    /// How often the platform has started it again.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.with(|state| state.restarts)
    }

    /// The lines that it wrote so far, over all of its processes; the last 10,000.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.log.lines()
    }

    pub(crate) fn captured(&self) -> &Log {
        &self.log
    }

    pub(crate) fn launched(&self) -> Time {
        self.launched
    }

    pub(super) fn application(&self) -> &Application {
        &self.deployment.environment.application
    }

    pub(super) fn memory_limit(&self) -> Option<u64> {
        self.deployment.memory_limit
    }

    /// How its process ended, if none runs.
    pub(super) fn exit_status(&self) -> io::Result<Option<ExitStatus>> {
        self.with(|state| state.process.status())
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.with(|state| matches!(state.phase, Phase::Stopping { .. }))
    }

    /// Asks it to end for good.
    pub(super) fn terminate(&self) -> io::Result<()> {
        self.with(|state| {
            state.phase = Phase::Stopping { kill_at: None };
            state.process.terminate()
        })
    }

    /// Asks it to end for good, within its grace, and lets no more requests through.
    pub(super) fn stop(&self) -> io::Result<()> {
        self.with(|state| {
            let kill_at = Some(Instant::now() + self.deployment.service.grace);
            state.phase = Phase::Stopping { kill_at };
            self.close(state);
            state.process.terminate()
        })
    }

    pub(super) fn kill(&self) -> io::Result<()> {
        self.with(|state| state.process.kill())
    }

    /// Whether it has ended, after it was asked to; past its grace it is killed.
    pub(super) fn has_stopped(&self) -> io::Result<bool> {
        self.with(|state| {
            if state.process.status()?.is_some() {
                self.close(state);
                return state.process.is_gone();
            }
            if let Phase::Stopping { kill_at: Some(at) } = state.phase
                && Instant::now() >= at
            {
                state.process.kill()?;
            }
            Ok(false)
        })
    }

    /// How it is reached, once it runs.
    pub(super) fn place(&self) -> Result<Place, String> {
        let seen = |state: &mut State| (state.address, state.process.container().cloned());
        match self.with(seen) {
            (_, Some(container)) => container.place(),
            (address, None) => Ok(Place::process(address)),
        }
    }

    /// Lets the gateway send requests.
    pub(super) fn open(&self, state: &mut State) {
        (state.ready, state.was_ready) = (true, true);
        let container = state.process.container();
        let address = container.and_then(Container::address);
        let address = address.unwrap_or(state.address);
        let instance = gateway::Instance {
            address,
            tenant: self.tenant().map(str::to_owned),
        };
        let context_path = self.application().context_path();
        self.deployment.targets.add(context_path, instance);
        state.target = Some(address);
    }

    /// Lets the gateway send no more requests.
    pub(super) fn close(&self, state: &mut State) {
        state.ready = false;
        if let Some(address) = state.target.take() {
            let context_path = self.application().context_path();
            self.deployment.targets.remove(context_path, address);
        }
    }

    pub(super) fn with<R>(&self, work: impl FnOnce(&mut State) -> R) -> R {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn liveness(deployment: &Deployment, process: &Process) -> Option<Health> {
    let probe = deployment.liveness.as_ref()?;
    Some(Health::of(probe, process.started, true))
}

fn readiness(deployment: &Deployment, process: &Process) -> Option<Health> {
    let probe = deployment.readiness.as_ref()?;
    Some(Health::of(probe, process.started, false))
}
