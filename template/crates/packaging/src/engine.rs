//! A container engine, by its command line: the one way in that knows the user's contexts, and that
//! Docker and Podman share.

use std::ffi::OsStr;
use std::io::{self, Read};
use std::process::{Command, Output, Stdio};

/// A container engine that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    program: String,
}

impl Engine {
    /// Docker, where its engine answers.
    pub fn docker() -> Result<Self, EngineError> {
        Self::named("docker")
    }

    /// An engine by the name of its program, `docker` or `podman`, where it answers.
    pub fn named(program: &str) -> Result<Self, EngineError> {
        let engine = Self {
            program: program.to_owned(),
        };
        engine.output(["version"])?;
        Ok(engine)
    }

    /// The name of its program.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.program
    }

    /// A command of the engine, to be run as the caller likes. Secrets are not for its arguments,
    /// which others on the machine can read: hand them over in its environment.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end and returns what it printed, without the white space around it.
    pub fn output<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<String, EngineError> {
        self.run(&mut self.command(arguments))
    }

    /// Runs a command that was made with [`Engine::command`] to its end and returns what it printed,
    /// without the white space around it.
    pub fn run(&self, command: &mut Command) -> Result<String, EngineError> {
        let output = command.output().map_err(|error| self.absent(error))?;
        self.printed(command, &output)
    }

    /// Loads an `image.tar` and returns how the engine calls the image: an ID, or a name with a tag.
    pub fn load(&self, mut tar: impl Read) -> Result<String, EngineError> {
        let mut command = self.command(["load", "--quiet"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| self.absent(error))?;
        let sent = child
            .stdin
            .take()
            .map_or(Ok(0), |mut stdin| io::copy(&mut tar, &mut stdin));
        let output = child
            .wait_with_output()
            .map_err(|error| self.absent(error))?;
        // What the engine says about a broken image comes first: it may have stopped reading.
        let printed = self.printed(&command, &output)?;
        sent.map_err(EngineError::Unreadable)?;
        let name = printed.lines().rev().find_map(loaded);
        name.ok_or(EngineError::Unexpected(printed))
    }

    fn absent(&self, reason: io::Error) -> EngineError {
        EngineError::Absent {
            program: self.program.clone(),
            reason,
        }
    }

    fn printed(&self, command: &Command, output: &Output) -> Result<String, EngineError> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        let goal = command.get_args().next().unwrap_or_default();
        Err(EngineError::Failed {
            command: format!("{} {}", self.program, goal.display()),
            said: text(&output.stderr),
        })
    }
}

/// `Loaded image: hello:1.0.0` or `Loaded image ID: sha256:…`, as Docker and Podman print it.
fn loaded(line: &str) -> Option<String> {
    let (label, name) = line.split_once(": ")?;
    label.starts_with("Loaded image").then(|| name.to_owned())
}

/// Why an engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Its program cannot be started.
    #[error("{program} cannot be started: {reason}")]
    Absent {
        /// The program's name.
        program: String,
        /// What the system says.
        reason: io::Error,
    },
    /// A command failed; also where its program is there and no engine answers it.
    #[error("{command}: {said}")]
    Failed {
        /// The program and the first word of the command.
        command: String,
        /// What it printed.
        said: String,
    },
    /// The image could not be read to its end.
    #[error("the image cannot be read: {0}")]
    Unreadable(io::Error),
    /// The engine did not name the image that it has loaded.
    #[error("the engine did not name the image that it has loaded: {0:?}")]
    Unexpected(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loaded_image_has_a_name_or_an_id() {
        assert_eq!(loaded("Loaded image: a:1"), Some("a:1".to_owned()));
        assert_eq!(
            loaded("Loaded image ID: sha256:0a"),
            Some("sha256:0a".to_owned())
        );
        assert_eq!(loaded("Loaded image(s): a:1"), Some("a:1".to_owned()));
        assert_eq!(loaded("The image a:1 already exists"), None);
    }

    #[test]
    fn an_engine_that_is_not_there_is_named() {
        let error = Engine::named("no-such-engine").expect_err("there is none");
        assert!(error.to_string().contains("no-such-engine"), "{error}");
    }
}
