//! Cargo: what it says of this machine, and the build by it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::workspace::Workspace;
use super::{BuildError, SERVICE};

/// The machines on which cargo builds for the platform, with the C library that they have.
const HOSTS: [&str; 2] = ["x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl"];

/// What `cargo run` says to this program about its own package. Build scripts that look at it would
/// run anew, and what depends on them, whenever the service is built in another way.
const OF_THIS_PACKAGE: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

/// The cargo that runs this program, or the one on the path.
pub(super) fn command() -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    for (name, _) in std::env::vars_os() {
        let begins = |start: &&str| name.as_encoded_bytes().starts_with(start.as_bytes());
        if OF_THIS_PACKAGE.iter().any(begins) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs cargo and returns what it prints.
pub(super) fn output(command: &mut Command, goal: &'static str) -> Result<String, BuildError> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(BuildError::NoCargo)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    Err(BuildError::Cargo {
        goal,
        said: text(&output.stderr),
    })
}

/// What this machine is, in Rust's words.
pub(super) fn host() -> Result<String, BuildError> {
    let version = output(command().arg("-vV"), "-vV")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or(BuildError::Answer("-vV", version))
}

pub(super) fn builds_for_the_platform(host: &str) -> bool {
    HOSTS.contains(&host)
}

/// Builds the service for a host that is one of the platform; the program's path.
///
/// `cargo rustc` adds the flag to the last step, which links. So flags from `RUSTFLAGS` or cargo's
/// configuration stay in force: of those, cargo takes one source alone, and a flag that is added to
/// one would replace the others.
pub(super) fn build(workspace: &Workspace, host: &str) -> Result<PathBuf, BuildError> {
    let status = command()
        .args(["rustc", "--release", "--locked", "--package"])
        .arg(&workspace.service().name)
        .args(["--bin", SERVICE, "--target", host])
        .args(["--", "-C", "target-feature=+crt-static"])
        .current_dir(&workspace.root)
        .stdin(Stdio::null())
        .status()
        .map_err(BuildError::NoCargo)?;
    if !status.success() {
        return Err(BuildError::Build(status));
    }
    let built = workspace.target.join(host).join("release");
    Ok(built.join(SERVICE))
}
