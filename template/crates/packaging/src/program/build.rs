//! The goal `build`: the service as a static linux/amd64 program, with CA certificates, in
//! `docker/`.

mod cargo;
mod certificates;
mod container;
mod elf;
mod workspace;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use packaging::{Engine, EngineError};
use tempfile::NamedTempFile;

use super::project::Project;
use workspace::Workspace;

/// The program's name, in its package and in the image.
const SERVICE: &str = "service";
const CERTIFICATES: &str = "ca-certificates.crt";

/// How the service is built, and the image.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Options {
    /// Builds the image with this engine instead of without one
    #[arg(long, value_name = "docker|podman")]
    pub(super) engine: Option<String>,
    /// Builds the service in a container, as happens by itself on machines that are not Linux on
    /// x86-64
    #[arg(long)]
    pub(super) in_container: bool,
    /// The image to build in, with Rust in it, instead of that in docker/builder.Dockerfile
    #[arg(long, value_name = "IMAGE", requires = "in_container")]
    pub(super) builder: Option<String>,
}

/// Builds the service into the project's `docker/`, which stays as it is where that fails.
pub(super) fn build(project: &Project, options: &Options) -> Result<(), BuildError> {
    let workspace = Workspace::of(&project.folder)?;
    let host = cargo::host()?;
    let folder = tempfile::tempdir().map_err(BuildError::at("a temporary folder".as_ref()))?;
    let program = if options.in_container || !cargo::builds_for_the_platform(&host) {
        let engine = engine(options, &host)?;
        container::build(&engine, project, &workspace, options, folder.path())?
    } else {
        cargo::build(&workspace, &host)?
    };
    let program = fs::read(&program).map_err(BuildError::at(&program))?;
    elf::check(&program).map_err(BuildError::Program)?;
    put(&project.docker().join(SERVICE), &program, 0o755)?;
    let certificates = certificates::mozilla();
    put(
        &project.docker().join(CERTIFICATES),
        certificates.as_bytes(),
        0o644,
    )
}

/// The engine that is asked for, or the one that answers.
fn engine(options: &Options, host: &str) -> Result<Engine, BuildError> {
    let names = match &options.engine {
        Some(name) => vec![name.as_str()],
        None => vec!["docker", "podman"],
    };
    let mut tried = names.into_iter().map(Engine::named);
    let mut errors = Vec::new();
    let found = tried.find_map(|engine| engine.map_err(|error| errors.push(error)).ok());
    found.ok_or_else(|| BuildError::NoEngine {
        host: host.to_owned(),
        errors,
    })
}

/// Writes a file beside its place and renames it, so that there is never half of one.
fn put(path: &Path, content: &[u8], mode: u32) -> Result<(), BuildError> {
    let folder = path.parent().unwrap_or(path);
    let mut file = NamedTempFile::new_in(folder).map_err(BuildError::at(folder))?;
    let written = file.write_all(content).and_then(|()| allow(&file, mode));
    written.map_err(BuildError::at(path))?;
    let kept = file.persist(path).map_err(|error| error.error);
    kept.map_err(BuildError::at(path)).map(drop)
}

/// Gives a file the mode that it has in the image, whatever this machine's own habits.
#[cfg(unix)]
pub(super) fn allow(file: &NamedTempFile, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file()
        .set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps)]
pub(super) fn allow(_: &NamedTempFile, _: u32) -> io::Result<()> {
    Ok(())
}

/// Why the service is not built.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error("{} cannot be read or written: {reason}", path.display())]
    File { path: PathBuf, reason: io::Error },
    #[error("cargo cannot be started: {0}; install Rust, or check the PATH")]
    NoCargo(io::Error),
    #[error("cargo {goal} failed: {said}")]
    Cargo { goal: &'static str, said: String },
    #[error("cargo {0} answered something that is not understood: {1}")]
    Answer(&'static str, String),
    #[error(
        "no package of the workspace in {} has a program `{SERVICE}`: give one of them [[bin]] \
         name = \"{SERVICE}\"",
        .0.display()
    )]
    NoService(PathBuf),
    #[error(
        "the service was not built ({0}), and docker/ is as it was. Where the linker found no -lc, \
         the static C library is missing (Fedora: glibc-static, Debian: libc6-dev): install it, or \
         build with --in-container"
    )]
    Build(ExitStatus),
    #[error("the service is {0}")]
    Program(elf::ElfError),
    #[error(
        "this machine ({host}) needs a container engine to build the service for linux/amd64, and \
         none answers:{}",
        list(errors)
    )]
    NoEngine {
        host: String,
        errors: Vec<EngineError>,
    },
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the service was not built in the container ({0}), and docker/ is as it was")]
    Container(ExitStatus),
    #[error(
        "{} is not in the workspace's folder, which is all that the container gets: move it there, \
         or build on Linux on x86-64",
        .0.display()
    )]
    Outside(PathBuf),
}

impl BuildError {
    fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        move |reason| Self::File {
            path: path.to_owned(),
            reason,
        }
    }
}

fn list(errors: &[EngineError]) -> String {
    let lines = errors.iter().map(|error| format!("\n  {error}"));
    lines.collect()
}
