//! What can be wrong with an image.

use std::io;
use std::path::PathBuf;

use super::Image;
use super::format::MANIFEST;

/// Why an archive is not the image of a microservice, or why there is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// It is no tar archive, or not all of one.
    #[error("it cannot be read as a tar archive: {0}; image.tar is what docker save writes")]
    NoArchive(io::Error),
    /// It has more than [`Image::SIZE_LIMIT`].
    #[error(
        "it has more than {} MiB; leave out of the image what the service does not need",
        Image::SIZE_LIMIT / 1024 / 1024
    )]
    TooLarge,
    /// It has more entries than any image.
    #[error("it has more than {0} entries, which no image has; make it with docker save")]
    TooManyEntries(usize),
    /// An entry's name leads out of the archive.
    #[error("its entry {0:?} leads out of the archive; make it with docker save")]
    BadPath(String),
    /// Two entries have one name.
    #[error("its entry {0:?} is there twice; make it with docker save")]
    Duplicate(String),
    /// It does not say what is in it.
    #[error(
        "it has no {MANIFEST}; make it with docker save, or with podman save --format \
         docker-archive"
    )]
    NoManifest,
    /// It does not have exactly one image.
    #[error("it has {} images{}; save exactly one: docker save NAME:TAG", .0.len(), names(.0))]
    NotOneImage(Vec<String>),
    /// A file that has to be JSON of a known form is not.
    #[error("{file} in it is not as docker save writes it: {reason}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong.
        reason: serde_json::Error,
    },
    /// A file is much longer than it ever is, or no JSON at all.
    #[error("{0} in it is no JSON, or too long; make it with docker save")]
    NoJson(String),
    /// A file that `manifest.json` or a link names is not there.
    #[error("{0} is not in it, though {MANIFEST} names it; make it anew with docker save")]
    Missing(String),
    /// A file is not what it is meant to be.
    #[error("{file} in it is damaged: its digest is {found} instead of {named}; make it anew")]
    Damaged {
        /// The file.
        file: String,
        /// The digest that it has.
        found: String,
        /// The digest that it is meant to have.
        named: String,
    },
    /// Configuration and manifest are at odds.
    #[error("{MANIFEST} has {listed} layers and the configuration {configured}; make it anew")]
    LayerCount {
        /// Layers in `manifest.json`.
        listed: usize,
        /// Layers in the configuration.
        configured: usize,
    },
    /// The platform cannot run it.
    #[error(
        "it is built for {os}/{architecture}; the platform runs linux/amd64: build it with docker \
         build --platform linux/amd64"
    )]
    WrongPlatform {
        /// Its operating system.
        os: String,
        /// Its processor.
        architecture: String,
    },
    /// It does not say what to run.
    #[error("it has no command; give the Dockerfile an ENTRYPOINT or a CMD")]
    NoCommand,
    /// No image can have this name.
    #[error(
        "{0:?} is no name of an image; allowed: NAME:TAG, NAME of a-z and 0-9 with single ., _ or \
         any - between, TAG of letters, digits, _, . and -, not first . or -"
    )]
    Name(String),
    /// The Dockerfile needs an engine, or is wrong.
    #[error("{}, line {line}: {problem}", path.display())]
    Dockerfile {
        /// The Dockerfile.
        path: PathBuf,
        /// The line at which the instruction begins.
        line: usize,
        /// What is wrong with it.
        problem: DockerfileProblem,
    },
    /// A file for the image cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// The archive cannot be written.
    #[error("the image cannot be written: {0}")]
    Unwritable(io::Error),
}

fn names(images: &[String]) -> String {
    if images.is_empty() {
        return String::new();
    }
    format!(" ({})", images.join(", "))
}

/// What keeps an instruction from being carried out without an engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DockerfileProblem {
    /// It takes an engine.
    #[error("{0} takes a container engine: build the image with one (pack --engine docker)")]
    NeedsEngine(String),
    /// It is wrong for every builder.
    #[error("{0}")]
    Wrong(String),
    /// A file that it copies cannot be read.
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
}
