//! The command line.

mod build;
mod changes;
mod dev;
mod serve;
mod signals;
mod text;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use local_platform::{
    DeployError, Engine, EngineError, FURTHER_TENANTS, LocalPlatform, ManifestError, StartError,
    nearest_manifest,
};

/// A Cumulocity to develop and test a microservice against, in memory.
#[derive(Parser)]
#[command(name = "local-platform")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the service and runs it on a local platform, as the platform would.
    Dev(dev::Options),
    /// Runs a local platform alone, for a service that is started by hand.
    Serve(serve::Options),
}

#[derive(Args, Clone, Copy)]
struct PlatformOptions {
    /// The platform's port, on the loopback interface.
    #[arg(long, default_value_t = 8111)]
    port: u16,
    /// Number of tenants beside the owner tenant t100.
    #[arg(long, default_value_t = FURTHER_TENANTS)]
    tenants: usize,
    /// The gateway sends the service its settings for the caller's tenant as headers, as older
    /// platforms do.
    #[arg(long)]
    settings_as_headers: bool,
    /// Runs services in containers, as the platform does: what is uploaded, and with `dev` the
    /// project's service. This needs a container engine, Docker's.
    #[arg(long)]
    container: bool,
}

impl PlatformOptions {
    /// The engine for containers, where these are wanted.
    fn engine(self) -> Result<Option<Engine>, EngineError> {
        self.container.then(Engine::docker).transpose()
    }

    /// Starts the platform for a manifest. From here on the port is ours.
    fn start(
        self,
        manifest: &Path,
        replicas: Option<u8>,
        engine: Option<Engine>,
    ) -> Result<LocalPlatform, Failure> {
        // What is no text is no zone and no address either.
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        let mut builder = LocalPlatform::builder()
            .port(self.port)
            .further_tenants(self.tenants)
            .settings_as_headers(self.settings_as_headers)
            .platform_variables(variables);
        if let Some(replicas) = replicas {
            builder = builder.replicas(replicas.into());
        }
        if let Some(engine) = engine {
            builder = builder.containers(engine);
        }
        Ok(builder.manifest_file(manifest)?.start()?)
    }
}

/// The manifest of the project that the program is called in.
fn manifest() -> Result<PathBuf, Failure> {
    let folder = std::env::current_dir().map_err(Failure::System)?;
    Ok(nearest_manifest(&folder)?)
}

/// Prints what has happened to uploads that run.
fn say_incidents(platform: &LocalPlatform) {
    for incident in platform.take_incidents() {
        say(&format!("Of an upload, {incident}"));
    }
}

/// Prints text for people. That nobody reads it any more, as when a terminal is closed, is no
/// reason to leave the service behind.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Why the program ends other than by a signal.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("port {0} is taken by another program; choose a free one with --port")]
    PortTaken(u16),
    #[error(transparent)]
    Start(StartError),
    #[error(transparent)]
    Deploy(#[from] DeployError),
    #[error("cargo cannot be started: {0}")]
    NoCargo(io::Error),
    #[error("the service does not build: cargo ended with {0}")]
    Build(std::process::ExitStatus),
    #[error("the service is not packed: cargo ended with {0}")]
    Pack(std::process::ExitStatus),
    #[error(
        "no container engine answers: {0}; without --container uploads are checked and not run"
    )]
    NoEngine(EngineError),
    #[error("cargo built no executable named `service`")]
    NoExecutable,
    #[error("changes of the project cannot be watched: {0}")]
    Watch(#[from] notify::Error),
    #[error("{0}")]
    System(io::Error),
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        Self::Start(error.into())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Port { port, reason } if reason.kind() == io::ErrorKind::AddrInUse => {
                Self::PortTaken(port)
            }
            error => Self::Start(error),
        }
    }
}

/// Runs the command that the arguments name; a signal is a regular end.
pub(crate) fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Dev(options) => dev::run(&options),
        Command::Serve(options) => serve::run(&options),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody may be left to read it.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}
