//! Containers: the engine that runs them, how they reach the platform, and the images that they are
//! made of.

mod bridge;
mod image;

use std::io;
use std::net::TcpListener;

use packaging::{Engine, EngineError};

use crate::ports;

pub use image::LoadError;
pub(crate) use image::LoadedImage;

/// How a container calls the platform, as on the platform.
const HOST: &str = "cumulocity";
/// The label of all containers; its value is the platform's port.
const LABEL: &str = "local-platform";

/// The engine with what is needed to run containers that reach a platform.
#[derive(Clone, Debug)]
pub(crate) struct Containers {
    pub(crate) engine: Engine,
    /// What the platform's host name stands for in a container: an address of this machine on the
    /// engine's network, or what the engine makes of `host-gateway`.
    gateway: String,
    /// Whether this machine is on the engine's network, and so reaches containers by their own
    /// addresses.
    pub(crate) direct: bool,
    port: u16,
}

impl Containers {
    /// Takes the platform's port, on the loopback interface and where possible on this machine's
    /// address on the engine's network. That cannot be had where the engine runs in a virtual
    /// machine, which then leads containers to the loopback interface by itself.
    pub(crate) fn listen(engine: Engine, port: u16) -> io::Result<(Self, Vec<TcpListener>)> {
        let address = bridge::address(&engine);
        let listeners = match address {
            Some(address) => ports::bind_both(port, address)?,
            None => vec![ports::bind(port)?],
        };
        let address = address.filter(|_| listeners.len() > 1);
        let port = listeners[0].local_addr()?.port();
        let containers = Self {
            engine,
            gateway: address.map_or_else(|| "host-gateway".to_owned(), |it| it.to_string()),
            direct: address.is_some(),
            port,
        };
        Ok((containers, listeners))
    }

    /// Where the platform listens for containers, beside the loopback interface.
    pub(crate) fn address(&self) -> Option<String> {
        self.direct
            .then(|| format!("{}:{}", self.gateway, self.port))
    }

    /// The platform's address, as a container knows it.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{HOST}:{}", self.port)
    }

    /// `name:address` of the platform's host.
    pub(crate) fn host(&self) -> String {
        format!("{HOST}:{}", self.gateway)
    }

    /// What tells the platform's containers from all others.
    pub(crate) fn label(&self) -> String {
        format!("{LABEL}={}", self.port)
    }

    /// Removes what a platform on the same port has left behind when it was killed.
    pub(crate) fn remove_left(&self) -> Result<(), EngineError> {
        let filter = format!("label={}", self.label());
        let left = ["ps", "--all", "--quiet", "--filter", &filter];
        let left = self.engine.output(left)?;
        let left: Vec<&str> = left.split_whitespace().collect();
        if left.is_empty() {
            return Ok(());
        }
        let remove = [&["rm", "--force", "--volumes"], &*left].concat();
        self.engine.output(remove).map(drop)
    }
}
