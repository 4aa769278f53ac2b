//! How a running instance is reached, by the gateway and by probes.

use std::net::SocketAddr;
use std::process::Command;

use packaging::Engine;

/// Where an instance listens, and where a command is run for it.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) address: SocketAddr,
    /// Whether a port of the engine's is in between: it takes every connection, and closes it at
    /// once where nothing listens behind it.
    pub(super) is_forwarded: bool,
    /// The engine and the container's name, where the instance is a container.
    pub(super) inside: Option<(Engine, String)>,
}

impl Place {
    /// Of a process on this machine.
    pub(super) fn process(address: SocketAddr) -> Self {
        Self {
            address,
            is_forwarded: false,
            inside: None,
        }
    }

    /// A command beside the service: in its container, where it has one.
    pub(super) fn command(&self, program: &str, arguments: &[String]) -> Command {
        match &self.inside {
            None => {
                let mut command = Command::new(program);
                command.args(arguments);
                command
            }
            Some((engine, name)) => {
                let mut command = engine.command(["exec", name, program]);
                command.args(arguments);
                command
            }
        }
    }
}
