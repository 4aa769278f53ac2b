//! The goal `pack`: `image.tar`, and the zip that is deployed.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use packaging::{Engine, EngineError, FILE_NAME, Image, ImageError, Package, PackageError};
use tempfile::NamedTempFile;

use super::build::{self, BuildError, Options};
use super::project::Project;

/// Builds the service and packs it, with a container engine where one is named.
pub(super) fn pack(project: &Project, options: &Options) -> Result<(), PackError> {
    let tag = format!("{}:{}", project.name, project.tag);
    Image::check_name(&tag)?;
    let engine = options.engine.as_deref().map(Engine::named).transpose()?;
    build::build(project, options)?;

    let mut image = beside(&project.image())?;
    match engine {
        Some(engine) => build_with(&engine, project, &tag, image.as_file())?,
        None => drop(Image::write(&project.docker(), &tag, image.as_file())?),
    }
    let mut zip = beside(&project.zip())?;
    let manifest = project.folder.join(FILE_NAME);
    let manifest = fs::read_to_string(&manifest).map_err(PackError::at(&manifest))?;
    image.rewind().map_err(PackError::at(&project.image()))?;
    Package::write(&manifest, image.as_file(), zip.as_file())?;
    zip.rewind().map_err(PackError::at(&project.zip()))?;
    let package = Package::read(zip.as_file())?;

    let image = keep(image, &project.image())?;
    let zip = keep(zip, &project.zip())?;
    report(project, &package.image, image, zip).map_err(PackError::Output)
}

/// `docker build` and `docker save`, or the same of another engine.
fn build_with(
    engine: &Engine,
    project: &Project,
    tag: &str,
    image: &File,
) -> Result<(), PackError> {
    let failed = |goal: &'static str| {
        move |status: ExitStatus| {
            let error = PackError::Failed { goal, status };
            status.success().then_some(()).ok_or(error)
        }
    };
    let started = PackError::at(engine.program().as_ref());
    let mut build = engine.command(["build", "--platform", "linux/amd64", "--tag", tag]);
    // What a build prints is progress, and the output is for results.
    build
        .arg(project.docker())
        .stdout(Stdio::from(io::stderr()));
    build.status().map_err(&started).and_then(failed("build"))?;
    let to = image.try_clone().map_err(PackError::at(&project.image()))?;
    let mut save = engine.command(["save", tag]);
    save.stdout(Stdio::from(to));
    save.status().map_err(&started).and_then(failed("save"))
}

/// A file beside another one, which it will replace.
fn beside(path: &Path) -> Result<NamedTempFile, PackError> {
    let folder = path.parent().unwrap_or(path);
    NamedTempFile::new_in(folder).map_err(PackError::at(folder))
}

/// Puts a file into its place; its size.
fn keep(file: NamedTempFile, path: &Path) -> Result<u64, PackError> {
    let kept = build::allow(&file, 0o644).and_then(|()| Ok(file.persist(path)?));
    let metadata = kept.and_then(|file| file.metadata());
    Ok(metadata.map_err(PackError::at(path))?.len())
}

fn report(project: &Project, image: &Image, tar: u64, zip: u64) -> io::Result<()> {
    let name = |path: PathBuf| path.file_name().unwrap_or_default().display().to_string();
    let mut out = io::stdout().lock();
    let tags = image.tags.join(", ");
    writeln!(
        out,
        "{tags}: {} uncompressed, {}",
        megabytes(image.size),
        image.id
    )?;
    writeln!(out, "{}: {}", name(project.image()), megabytes(tar))?;
    writeln!(out, "{}: {}", name(project.zip()), megabytes(zip))
}

fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub(super) enum PackError {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("{0}; without --engine, pack needs none")]
    Engine(#[from] EngineError),
    #[error("the engine's {goal} failed ({status}), and the former image and zip are as they were")]
    Failed {
        goal: &'static str,
        status: ExitStatus,
    },
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error("the package is not one that the platform takes: {0}")]
    Package(#[from] PackageError),
    #[error("{} cannot be read or written: {reason}", path.display())]
    File { path: PathBuf, reason: io::Error },
    #[error("the result cannot be printed: {0}")]
    Output(io::Error),
}

impl PackError {
    fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        move |reason| Self::File {
            path: path.to_owned(),
            reason,
        }
    }
}
