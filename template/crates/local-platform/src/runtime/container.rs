//! A container of a service: made, started, and removed by the engine's command line.
//!
//! Whatever asks the engine to do something takes its time, and is done on a thread of its own.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use packaging::{Engine, EngineError};

use super::place::Place;
use super::resources::Limits;
use crate::containers::{Containers, LoadedImage};
use crate::environment::Variables;

/// The port that the platform has a service listen on.
pub(super) const PORT: u16 = 80;
/// Any user but root: the platform runs an image as any, unless the image names one.
const USER: &str = "65532:65532";

/// What a container is made of.
pub(super) struct Blueprint<'a> {
    pub(super) containers: &'a Containers,
    pub(super) image: &'a LoadedImage,
    pub(super) name: String,
    pub(super) arguments: &'a [String],
    pub(super) variables: Variables,
    pub(super) limits: Limits,
    /// Where the port is published on this machine.
    pub(super) published: SocketAddr,
}

/// A handle on a container.
#[derive(Clone)]
pub(super) struct Container(Arc<Shared>);

struct Shared {
    engine: Engine,
    name: String,
    published: SocketAddr,
    /// Whether this machine reaches the container by its own address.
    direct: bool,
    /// Where it listens, once it has been seen running.
    address: OnceLock<SocketAddr>,
    being_killed: AtomicBool,
    /// Once it is removed: whether it was ended for want of memory.
    out_of_memory: OnceLock<bool>,
}

impl Container {
    /// Makes a container, without starting it.
    pub(super) fn create(blueprint: Blueprint<'_>) -> Result<Self, EngineError> {
        let engine = &blueprint.containers.engine;
        engine.run(&mut blueprint.command())?;
        Ok(Self(Arc::new(Shared {
            engine: engine.clone(),
            published: blueprint.published,
            direct: blueprint.containers.direct,
            name: blueprint.name,
            address: OnceLock::new(),
            being_killed: AtomicBool::new(false),
            out_of_memory: OnceLock::new(),
        })))
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// Starts it and stays attached: the command prints what it prints, and ends as it ends.
    pub(super) fn attach(&self) -> Command {
        let Shared { engine, name, .. } = &*self.0;
        engine.command(["start", "--attach", name])
    }

    /// Where the gateway finds it, as far as that is known.
    pub(super) fn address(&self) -> Option<SocketAddr> {
        self.0.address.get().copied()
    }

    /// How it is reached. This asks the engine until it runs.
    pub(super) fn place(&self) -> Result<Place, String> {
        let shared = &*self.0;
        let address = if let Some(address) = shared.address.get() {
            *address
        } else {
            let address = shared.locate()?;
            *shared.address.get_or_init(|| address)
        };
        Ok(Place {
            address,
            is_forwarded: !shared.direct,
            inside: Some((shared.engine.clone(), shared.name.clone())),
        })
    }

    /// Asks it to stop. One that does not run yet has nothing to finish.
    pub(super) fn terminate(&self) {
        let shared = self.0.clone();
        std::thread::spawn(move || {
            let Shared { engine, name, .. } = &*shared;
            let asked = engine.output(["kill", "--signal", "TERM", name]);
            asked.or_else(|_| shared.remove())
        });
    }

    /// Ends it.
    pub(super) fn kill(&self) {
        if self.0.being_killed.swap(true, Ordering::Relaxed) {
            return;
        }
        let shared = self.0.clone();
        std::thread::spawn(move || {
            // One that is gone needs no more killing; else this is asked for again.
            let _ = shared.remove();
            shared.being_killed.store(false, Ordering::Relaxed);
        });
    }

    /// Removes it, after its end or in the place of a start.
    pub(super) fn clear(&self) {
        let shared = self.0.clone();
        std::thread::spawn(move || {
            let Shared { engine, name, .. } = &*shared;
            let asked = ["inspect", "--format", "{{.State.OOMKilled}}", name];
            let seen = engine.output(asked);
            // It may have been removed already.
            let _ = shared.remove();
            let _ = shared.out_of_memory.set(seen.is_ok_and(|it| it == "true"));
        });
    }

    /// Whether nothing of it is left.
    pub(super) fn is_cleared(&self) -> bool {
        self.0.out_of_memory.get().is_some()
    }

    /// Waits until it is removed, and says whether it was ended for want of memory.
    pub(super) fn was_out_of_memory(&self) -> bool {
        *self.0.out_of_memory.wait()
    }
}

impl Shared {
    fn remove(&self) -> Result<String, EngineError> {
        let remove = ["rm", "--force", "--volumes", &self.name];
        self.engine.output(remove)
    }

    fn locate(&self) -> Result<SocketAddr, String> {
        let format = "{{.State.Running}} {{.NetworkSettings.IPAddress}}";
        let seen = ["inspect", "--format", format, &self.name];
        let seen = self.engine.output(seen);
        let seen = seen.map_err(|error| error.to_string())?;
        match seen.split_once(' ').unwrap_or((&seen, "")) {
            ("true", _) if !self.direct => Ok(self.published),
            ("true", address) => match address.parse::<IpAddr>() {
                Ok(address) => Ok((address, PORT).into()),
                Err(_) => Err("its container has no address yet".to_owned()),
            },
            _ => Err("its container does not run yet".to_owned()),
        }
    }
}

impl Blueprint<'_> {
    fn command(&self) -> Command {
        let Limits { memory, cpus } = self.limits;
        let user = self.image.user.as_deref().unwrap_or(USER);
        let options = [
            ("--name", self.name.clone()),
            ("--label", self.containers.label()),
            ("--add-host", self.containers.host()),
            ("--publish", format!("{}:{PORT}", self.published)),
            ("--user", user.to_owned()),
            ("--memory", memory.to_string()),
            ("--memory-swap", memory.to_string()),
            ("--cpus", cpus.to_string()),
        ];
        let mut command = self.containers.engine.command([
            "create",
            "--cap-drop=ALL",
            "--cap-add=NET_BIND_SERVICE",
            "--read-only",
            "--pull=never",
        ]);
        for (name, value) in options {
            command.arg(name).arg(value);
        }
        for (name, value) in &self.variables {
            command.arg("--env").arg(variable(name, value));
            if !guides_the_engine(name) {
                command.env(name, value);
            }
        }
        command.arg(&self.image.id).args(self.arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// A variable for the engine's command line. Its value is handed over in the environment of that,
/// where nobody else sees it, unless it would lead the engine's program astray.
fn variable(name: &str, value: &str) -> OsString {
    if guides_the_engine(name) {
        format!("{name}={value}").into()
    } else {
        name.into()
    }
}

/// Whether the engine's program goes by a variable itself.
fn guides_the_engine(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "PATH",
        "HOME",
        "TMPDIR",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
    ];
    const PREFIXES: [&str; 6] = ["CONTAINER", "DOCKER_", "GO", "LD_", "SSH_", "XDG_"];
    let name = name.to_ascii_uppercase();
    NAMES.contains(&name.as_str()) || PREFIXES.iter().any(|it| name.starts_with(it))
}
