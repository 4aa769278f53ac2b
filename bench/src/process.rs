//! Programs that a measurement starts, and what the system knows about them.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;

const PATIENCE: Duration = Duration::from_secs(30);

/// A program in the background, ended with its owner.
pub(crate) struct Background(Child);

impl Background {
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Ok(Self(
            child.map_err(|error| format!("{command:?}: {error}"))?,
        ))
    }

    /// Asks until it is answered, however: how long that took.
    pub(crate) fn wait_for(&mut self, url: &str) -> Outcome<Duration> {
        let begin = Instant::now();
        let agent = agent();
        while agent.get(url).call().is_err() {
            if let Some(status) = self.0.try_wait()? {
                return Err(format!("it ended: {status}").into());
            }
            if begin.elapsed() > PATIENCE {
                return Err(format!("no answer from {url}").into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(begin.elapsed())
    }

    /// The memory that is resident, in bytes.
    pub(crate) fn memory(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(kilobytes.ok_or("no VmRSS")?.parse::<u64>()? * 1024)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Every answer counts, refusals as well.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into()
}

/// The same command, on one core and no other.
pub(crate) fn on_core(core: usize, command: &Command) -> Command {
    let mut pinned = Command::new("taskset");
    pinned
        .args(["--cpu-list", &core.to_string()])
        .arg(command.get_program())
        .args(command.get_args());
    pinned
}

/// A program of this workspace, built beside this one.
pub(crate) fn built(name: &str) -> Outcome<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(format!("{} is not there", path.display()).into())
    }
}

pub(crate) fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
