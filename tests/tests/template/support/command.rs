//! Processes that end by themselves, in a given time.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Long enough for a clean build on a slow machine.
const DEADLINE: Duration = Duration::from_mins(15);

/// What a process left.
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs a command to its end, without input.
#[track_caller]
pub(crate) fn run(mut command: Command) -> Finished {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let process = child.id();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(output) = receiver.recv_timeout(DEADLINE) else {
        signal("KILL", process);
        panic!("{command:?} did not end within {DEADLINE:?}");
    };
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Finished {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Sends a signal. The shell has `kill` built in; not every machine has the program.
pub(super) fn signal(name: &str, process: impl std::fmt::Display) -> bool {
    Command::new("sh")
        .args(["-c", &format!("kill -{name} {process}")])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Cargo in a generated project. All of them share one target folder, so that dependencies are
/// built once.
pub(crate) struct Cargo {
    program: OsString,
    target: PathBuf,
}

impl Cargo {
    pub(crate) fn new() -> Self {
        Self {
            program: env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
            target: Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("generated"),
        }
    }

    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    pub(crate) fn command(&self, project: &Path, arguments: &[&str]) -> Command {
        self.program(&self.program, project, arguments)
    }

    /// A program of the project's, for which cargo is the same.
    pub(crate) fn program(
        &self,
        program: impl AsRef<OsStr>,
        project: &Path,
        arguments: &[&str],
    ) -> Command {
        let mut command = Command::new(program);
        // What cargo has set for this test is not meant for the cargo within, and would only differ
        // from run to run.
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("CARGO_PKG_") {
                command.env_remove(name);
            }
        }
        command
            .current_dir(project)
            .args(arguments)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    #[track_caller]
    pub(crate) fn must(&self, project: &Path, arguments: &[&str]) -> String {
        let finished = run(self.command(project, arguments));
        assert!(
            finished.success,
            "cargo {} failed in the generated project:\n{}",
            arguments.join(" "),
            finished.output()
        );
        finished.output()
    }
}
