//! Builds the service with cargo, into an executable or a package.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;

use super::signals::Signals;
use super::{Failure, say};

const BINARY: &str = "service";
const BUILD: [&str; 5] = [
    "build",
    "--workspace",
    "--bin",
    BINARY,
    "--message-format=json-render-diagnostics",
];
const PACK: [&str; 10] = [
    "run",
    "--quiet",
    "--package",
    "packaging",
    "--features",
    "tool",
    "--bin",
    "microservice",
    "--",
    "pack",
];
/// What cargo has told this program about its own package. Build scripts that look at it would run
/// anew, and what depends on them, whenever the service is built in another way.
const OF_THIS_PACKAGE: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];
const POLL: Duration = Duration::from_millis(50);

/// Builds the service in a folder and says where its executable is; nothing if a signal arrived
/// meanwhile.
pub(super) fn run(folder: &Path, signals: &Signals) -> Result<Option<PathBuf>, Failure> {
    let mut command = command(folder);
    command.args(BUILD).stdout(Stdio::piped());
    let mut cargo = command.spawn().map_err(Failure::NoCargo)?;
    let executable = cargo.stdout.take().map(find_executable);
    match wait(&mut cargo, signals)? {
        None => Ok(None),
        Some(status) if status.success() => {
            let executable = executable.and_then(|thread| thread.join().ok().flatten());
            executable.map(Some).ok_or(Failure::NoExecutable)
        }
        Some(status) => Err(Failure::Build(status)),
    }
}

/// Builds the service in a folder and packs it under a name, with the tool that deploys it as well;
/// says where the package is, or nothing if a signal arrived meanwhile.
pub(super) fn pack(
    folder: &Path,
    name: &str,
    signals: &Signals,
) -> Result<Option<PathBuf>, Failure> {
    let mut command = command(folder);
    command.args(PACK).arg("--directory").arg(folder);
    let cargo = command.args(["--name", name]).spawn();
    let mut cargo = cargo.map_err(Failure::NoCargo)?;
    match wait(&mut cargo, signals)? {
        None => Ok(None),
        Some(status) if status.success() => Ok(Some(folder.join(format!("{name}.zip")))),
        Some(status) => Err(Failure::Pack(status)),
    }
}

/// Waits for cargo's end. A signal ends it.
fn wait(cargo: &mut Child, signals: &Signals) -> Result<Option<ExitStatus>, Failure> {
    loop {
        if signals.arrived_within(POLL) {
            end(cargo, signals).map_err(Failure::System)?;
            return Ok(None);
        }
        let status = cargo.try_wait().map_err(Failure::System)?;
        if status.is_some() {
            return Ok(status);
        }
    }
}

/// Cargo leads a process group of its own, so that its compilers can be ended with it.
fn command(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let begins = |start: &&str| name.as_encoded_bytes().starts_with(start.as_bytes());
        if OF_THIS_PACKAGE.iter().any(begins) {
            command.env_remove(name);
        }
    }
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .process_group(0);
    command
}

/// Reads cargo's messages to their end, for the one that names the executable.
fn find_executable(messages: impl Read + Send + 'static) -> JoinHandle<Option<PathBuf>> {
    std::thread::spawn(move || {
        let lines = BufReader::new(messages).lines().map_while(Result::ok);
        lines.filter_map(|line| executable_in(&line)).last()
    })
}

fn executable_in(message: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(message).ok()?;
    let built = message["reason"] == "compiler-artifact" && message["target"]["name"] == BINARY;
    message["executable"]
        .as_str()
        .filter(|_| built)
        .map(PathBuf::from)
}

/// Ends cargo with its compilers. A second signal makes short work of it.
fn end(cargo: &mut Child, signals: &Signals) -> std::io::Result<()> {
    let group = Pid::from_raw(cargo.id().cast_signed());
    say("Stopping the build; another signal kills it");
    killpg(group, Signal::SIGTERM)?;
    while cargo.try_wait()?.is_none() {
        if signals.another() {
            say("Killing the build");
            killpg(group, Signal::SIGKILL)?;
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_that_of_the_service() {
        let message = r#"{"reason":"compiler-artifact","target":{"name":"service"},"executable":"/t/service"}"#;
        assert_eq!(executable_in(message), Some("/t/service".into()));
        let of_another = message.replace(r#""name":"service""#, r#""name":"other""#);
        assert_eq!(executable_in(&of_another), None);
        assert_eq!(
            executable_in(&message.replace(r#""/t/service""#, "null")),
            None
        );
        assert_eq!(executable_in("warning: not JSON"), None);
    }
}
