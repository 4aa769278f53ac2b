//! `dev`: builds the service, runs it on a platform of its own, and stops both on a signal.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use local_platform::{DeployError, LocalPlatform, Output, RunningService, Service};

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
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let signals = Signals::listen().map_err(Failure::System)?;
    let manifest = super::manifest()?;
    // Before the build: a port that is taken shows at once, and stays ours while cargo is at work.
    let platform = options.platform.start(&manifest)?;
    let project = manifest.parent().unwrap_or(&manifest);
    let Some(executable) = build::run(project, &signals)? else {
        return Ok(());
    };
    let Some(service) = deploy(&platform, executable, &signals)? else {
        return Ok(());
    };
    say(&text::dev(&platform, &service, &options.call));
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
            stop(running, signals)?;
            return Ok(None);
        }
        if Instant::now() >= deadline {
            stop(running, signals)?;
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
    stop(service, signals)
}

fn stop(service: RunningService, signals: &Signals) -> Result<(), Failure> {
    say("Stopping the service; another signal kills it");
    let kill = || {
        let kill = signals.another();
        if kill {
            say("Killing the service");
        }
        kill
    };
    let ended = service.stop_or_kill(kill);
    ended.map(drop).map_err(Failure::System)
}
