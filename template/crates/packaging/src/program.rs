//! The command line.

mod build;
mod pack;
mod project;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use project::Project;

/// Packs, deploys and subscribes a microservice.
#[derive(Parser)]
#[command(name = "microservice")]
struct Arguments {
    /// What to do, one after the other.
    #[arg(required = true, value_name = "GOAL")]
    goals: Vec<Goal>,
    /// Folder with `cumulocity.json` and `docker/`; the current one, or the nearest above it with a
    /// manifest.
    #[arg(long, value_name = "FOLDER")]
    directory: Option<PathBuf>,
    /// Name of the image and of the zip; the manifest's unless given.
    #[arg(short, long)]
    name: Option<String>,
    /// Tag of the image.
    #[arg(short, long, default_value = "latest")]
    tag: String,
    /// Builds the image with this engine instead of without one.
    #[arg(long, value_name = "docker|podman")]
    engine: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Goal {
    /// Builds the service for the image, into `docker/`.
    Build,
    /// Builds the service and packs it.
    Pack,
}

/// Why a goal was not reached.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Project(#[from] project::ProjectError),
    #[error(transparent)]
    Pack(#[from] pack::PackError),
}

pub(crate) fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody may be left to read it.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let project = Project::find(
        arguments.directory.as_deref(),
        arguments.name.as_deref(),
        &arguments.tag,
    )?;
    for goal in &arguments.goals {
        match goal {
            Goal::Build => build::build(&project).map_err(pack::PackError::from)?,
            Goal::Pack => pack::pack(&project, arguments.engine.as_deref())?,
        }
    }
    Ok(())
}
