//! Supervision of an instance, on a thread of its own: probes, the limit of memory, restarts.

use std::process::ExitStatus;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::DeployError;
use super::instance::{Incident, Instance, Phase, State};
use super::probe;

const POLL: Duration = Duration::from_millis(20);
const MEMORY_PERIOD: Duration = Duration::from_millis(500);

/// Supervises an instance until it has stopped, and with that the thread ends.
pub(super) fn supervise(instance: &Arc<Instance>) -> std::io::Result<JoinHandle<()>> {
    let instance = instance.clone();
    let thread = std::thread::Builder::new().name(instance.name().to_owned());
    thread.spawn(move || {
        while instance.step() {
            std::thread::sleep(POLL);
        }
        instance.deployment.instances.remove(&instance);
    })
}

impl Instance {
    /// Does what is due, and says whether there will be more.
    fn step(&self) -> bool {
        match self.with(|state| state.phase) {
            Phase::Launched => {}
            Phase::Supervised => self.watch(),
            Phase::Ending { kill_at } => self.end(kill_at),
            Phase::Down { until } if Instant::now() < until => {}
            Phase::Down { .. } => self.restart(),
            // A process that cannot be watched is not waited for.
            Phase::Stopping { .. } => return !self.has_stopped().unwrap_or(true),
        }
        true
    }

    fn watch(&self) {
        if let Ok(Some(status)) = self.exit_status() {
            return self.ended("ended by itself", status);
        }
        if let Some(excess) = self.excess() {
            return self.replace(&excess, Duration::ZERO);
        }
        if let Some(reason) = self.liveness_lost() {
            return self.replace(
                &format!("not alive: {reason}"),
                self.deployment.service.grace,
            );
        }
        if self.readiness_is_due() {
            self.try_readiness();
        }
    }

    /// What it takes above its limit of memory.
    fn excess(&self) -> Option<String> {
        let limit = self.deployment.memory_limit?;
        let now = Instant::now();
        let taken = self.with(|state| {
            if now < state.memory_seen + MEMORY_PERIOD {
                return None;
            }
            state.memory_seen = now;
            state.process.memory()
        })?;
        (taken > limit).then(|| format!("takes {taken} bytes of memory, its limit is {limit}"))
    }

    /// Why it is not alive, where the liveness probe has just found out.
    fn liveness_lost(&self) -> Option<String> {
        let probe = self.deployment.liveness.as_ref()?;
        let now = Instant::now();
        let due = |state: &mut State| state.liveness.as_ref().is_some_and(|it| it.is_due(now));
        if !self.with(due) {
            return None;
        }
        let tried = self.place();
        let tried = tried.and_then(|place| probe::attempt(Some(probe), &place));
        let take = |state: &mut State| state.liveness.as_mut()?.take(tried.is_ok(), Instant::now());
        self.with(take).and(tried.err())
    }

    fn readiness_is_due(&self) -> bool {
        let now = Instant::now();
        self.with(|state| match &state.readiness {
            Some(health) => health.is_due(now),
            None => !state.was_ready,
        })
    }

    /// Tries the readiness probe once, and says what is not ready.
    ///
    /// Until a process has been ready for the first time, tries follow each other at once instead
    /// of in the probe's period: nobody has to wait for it.
    pub(super) fn try_readiness(&self) -> Option<String> {
        let probe = self.deployment.readiness.as_ref();
        let tried = self.place();
        let tried = tried.and_then(|place| probe::attempt(probe, &place));
        let changed = self.with(|state| {
            let before = state.ready;
            self.take_readiness(state, tried.is_ok());
            state.ready != before
        });
        if changed {
            self.deployment.instances.changed(self.application());
            if let Err(reason) = &tried {
                self.record(format!("not ready, so it gets no requests: {reason}"));
            }
        }
        tried.err()
    }

    fn take_readiness(&self, state: &mut State, success: bool) {
        if !matches!(state.phase, Phase::Launched | Phase::Supervised) {
            return;
        }
        let now = Instant::now();
        let change = match &mut state.readiness {
            Some(health) => health.take(success, now),
            None => success.then_some(true),
        };
        match change {
            Some(true) => {
                self.open(state);
                state.phase = Phase::Supervised;
            }
            Some(false) => self.close(state),
            None => {}
        }
        if let Some(health) = state.readiness.as_mut().filter(|_| !state.was_ready) {
            health.try_at(now);
        }
    }

    /// Ends its process, to start another one.
    fn replace(&self, why: &str, grace: Duration) {
        let replaced = self.with(|state| {
            if state.phase != Phase::Supervised {
                return false;
            }
            self.close(state);
            let kill_at = Instant::now() + grace;
            state.phase = Phase::Ending { kill_at };
            // If it has ended just now, that shows in the next step.
            grace.is_zero() || state.process.terminate().is_ok()
        });
        if replaced {
            self.record(format!("{why}; it is stopped"));
            self.deployment.instances.changed(self.application());
        }
    }

    fn end(&self, kill_at: Instant) {
        match self.exit_status() {
            Ok(Some(status)) => self.ended("stopped", status),
            // What cannot be killed has ended, which shows in the next step.
            _ if Instant::now() >= kill_at => drop(self.kill()),
            _ => {}
        }
    }

    /// Its process has ended, and gets no more requests while it is found out why.
    fn ended(&self, how: &str, status: ExitStatus) {
        self.with(|state| self.close(state));
        let why = self.want_of_memory();
        self.fall(&format!("{how}: {status}{why}"));
    }

    /// No process runs: another one is started after a while.
    fn fall(&self, what: &str) {
        let delay = self.with(|state| {
            if matches!(state.phase, Phase::Stopping { .. }) {
                return None;
            }
            self.close(state);
            let delay = state.backoff.after(state.process.lived());
            let until = Instant::now() + delay;
            state.phase = Phase::Down { until };
            Some(delay)
        });
        if let Some(delay) = delay {
            let delay = delay.as_secs_f32();
            self.record(format!("{what}; it is started again in {delay} s"));
            self.deployment.instances.changed(self.application());
        }
    }

    /// Where its container has ended for want of memory: that it has.
    fn want_of_memory(&self) -> String {
        let container = self.with(|state| state.process.container().cloned());
        if container.is_some_and(|it| it.was_out_of_memory()) {
            let limit = self.deployment.limits.memory;
            format!(", killed since it takes more memory than its limit of {limit} bytes")
        } else {
            String::new()
        }
    }

    fn restart(&self) {
        let started = self.with(|state| {
            if !matches!(state.phase, Phase::Down { .. }) {
                return Ok(());
            }
            state.restarts += 1;
            self.start_again(state)
        });
        match started {
            Ok(()) => self.deployment.instances.changed(self.application()),
            Err(error) => self.fall(&error.to_string()),
        }
    }

    fn record(&self, what: String) {
        let instance = self.name().to_owned();
        self.deployment.record(Incident { instance, what });
    }

    /// Tries whether it is ready for whoever launched it: `None` means ready.
    pub(super) fn probe(&self) -> Result<Option<String>, DeployError> {
        let (phase, ready) = self.with(|state| (state.phase, state.ready));
        match phase {
            Phase::Supervised if ready => return Ok(None),
            Phase::Supervised => return Ok(Some("its readiness probe fails".to_owned())),
            Phase::Ending { .. } | Phase::Down { .. } => {
                return Ok(Some("it is being restarted".to_owned()));
            }
            Phase::Launched | Phase::Stopping { .. } => {}
        }
        if let Some(status) = self.exit_status()? {
            let log = self.log.last();
            return Err(DeployError::Ended { status, log });
        }
        if !self.readiness_is_due() {
            return Ok(Some(
                "the delay of its readiness probe is not over".to_owned(),
            ));
        }
        if let Some(reason) = self.try_readiness() {
            return Ok(Some(reason));
        }
        let ready = self.is_ready();
        Ok((!ready).then(|| "its readiness probe has to succeed again".to_owned()))
    }
}
