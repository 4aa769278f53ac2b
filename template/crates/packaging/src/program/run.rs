//! The goal `run`: the service on this machine, with `.env` in its environment.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::account::VARIABLES;
use super::environment_file::NAME;

/// Builds and starts the service. What it ends with is what the program ends with.
///
/// A variable of the environment wins over one of the file, as with other programs that read `.env`.
/// The four that name the account of this program are the file's alone: the service is not to take
/// the account of a person for its own.
pub(super) fn run(folder: &Path) -> Result<ExitCode, RunError> {
    let path = folder.join(NAME);
    if !path.is_file() {
        return Err(RunError::NotRegistered(path));
    }
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["run", "--bin", "service"])
        .current_dir(folder);
    for name in VARIABLES {
        command.env_remove(name);
    }
    let unreadable = |_| RunError::Unreadable(path.clone());
    for variable in dotenvy::from_path_iter(&path).map_err(unreadable)? {
        let (name, value) = variable.map_err(unreadable)?;
        let is_own = VARIABLES.contains(&name.as_str());
        if is_own || std::env::var_os(&name).is_none() {
            command.env(name, value);
        }
    }
    start(&mut command).map_err(RunError::NoCargo)
}

/// Cargo takes this program's place, and the service that of cargo: signals reach it.
#[cfg(unix)]
fn start(command: &mut Command) -> io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

/// A console tells all of its programs of Ctrl-C.
#[cfg(not(unix))]
fn start(command: &mut Command) -> io::Result<ExitCode> {
    let code = command.status()?.code();
    let code = code.and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Why the service is not started.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    #[error("there is no {}\n  run bootstrap first: it registers the service and writes the file", .0.display())]
    NotRegistered(PathBuf),
    // What dotenvy says of a line repeats the line, and with it a password.
    #[error("{} cannot be read: a line of it is no NAME='value'", .0.display())]
    Unreadable(PathBuf),
    #[error("cargo cannot be started: {0}")]
    NoCargo(io::Error),
}
