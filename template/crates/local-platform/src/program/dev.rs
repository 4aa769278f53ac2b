//! `dev`: builds the service, runs it on a platform of its own, and stops both on a signal.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use local_platform::{DeployError, LocalPlatform, Output, RunningService, Service};

use super::signals::Signals;
use super::{Failure, PlatformOptions, build, text};

const POLL: Duration = Duration::from_millis(50);
const READY_WITHIN: Duration = Duration::from_mins(1);

pub(super) fn run(options: PlatformOptions) -> Result<(), Failure> {
    let signals = Signals::listen().map_err(Failure::System)?;
    let manifest = super::manifest()?;
    // Before the build: a port that is taken shows at once, and stays ours while cargo is at work.
    let platform = options.start(&manifest)?;
    let project = manifest.parent().unwrap_or(&manifest);
    let Some(executable) = build::run(project, &signals)? else {
        return Ok(());
    };
    let Some(service) = deploy(&platform, executable, &signals)? else {
        return Ok(());
    };
    println!("{}", text::dev(&platform, &service));
    watch(service, &signals)
}

/// Starts the service and waits until it is ready; nothing if a signal arrived meanwhile.
fn deploy(
    platform: &LocalPlatform,
    executable: PathBuf,
    signals: &Signals,
) -> Result<Option<RunningService>, Failure> {
    let mut running = platform.launch(Service::new(executable).output(Output::Inherit))?;
    let deadline = Instant::now() + READY_WITHIN;
    while let Some(reason) = running.probe()? {
        if signals.arrived_within(POLL) {
            stop(running)?;
            return Ok(None);
        }
        if Instant::now() >= deadline {
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

fn watch(mut service: RunningService, signals: &Signals) -> Result<(), Failure> {
    while !signals.arrived_within(POLL) {
        if let Some(status) = service.exit_status().map_err(Failure::System)? {
            return Err(Failure::Ended(status));
        }
    }
    stop(service)
}

fn stop(service: RunningService) -> Result<(), Failure> {
    println!("Stopping the service");
    service.stop().map(drop).map_err(Failure::System)
}
