//! The project that the tool works on: where its files are, and what they are called.

use std::path::{Path, PathBuf};

use packaging::{FILE_NAME, IMAGE_NAME, Manifest, ManifestError};

/// A project with a manifest that the platform accepts.
pub(super) struct Project {
    /// The folder with `cumulocity.json` and `docker/`.
    pub(super) folder: PathBuf,
    /// Its manifest.
    pub(super) manifest: Manifest,
    /// The name of the image and of the zip.
    pub(super) name: String,
    /// The image's tag.
    pub(super) tag: String,
}

impl Project {
    /// The project in a folder, or in the nearest one from here upwards that has a manifest.
    pub(super) fn find(
        folder: Option<&Path>,
        name: Option<&str>,
        tag: &str,
    ) -> Result<Self, ProjectError> {
        let folder = Self::folder(folder)?;
        let manifest = Manifest::read(&folder.join(FILE_NAME))?;
        let name = name.or(manifest.name.as_deref());
        let name = name.ok_or(ProjectError::NoName)?.to_owned();
        Ok(Self {
            folder,
            manifest,
            name,
            tag: tag.to_owned(),
        })
    }

    /// The folder of a project: the one that is named, else the nearest one from here upwards that
    /// has a manifest, else the one that this program comes from.
    pub(super) fn folder(named: Option<&Path>) -> Result<PathBuf, ProjectError> {
        if let Some(folder) = named {
            return Ok(folder.to_owned());
        }
        let here = std::env::current_dir().map_err(ProjectError::NoFolder)?;
        // Cargo sets it when it runs a program.
        let source = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let source = source.iter().flat_map(|it| it.ancestors());
        let mut folders = here.ancestors().chain(source);
        let nearest = folders.find(|it| it.join(FILE_NAME).is_file());
        let nearest = nearest.map(Path::to_owned);
        nearest.ok_or(ProjectError::NoManifest(here))
    }

    /// What the image is made of.
    pub(super) fn docker(&self) -> PathBuf {
        self.folder.join("docker")
    }

    /// The image as an archive.
    pub(super) fn image(&self) -> PathBuf {
        self.folder.join(IMAGE_NAME)
    }

    /// The package.
    pub(super) fn zip(&self) -> PathBuf {
        zip(&self.folder, &self.name)
    }
}

/// The package of this name in a folder.
pub(super) fn zip(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.zip"))
}

/// Why there is no project to work on.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProjectError {
    #[error("the current folder is not there any more: {0}")]
    NoFolder(std::io::Error),
    #[error("no {FILE_NAME} in {} or above it; name the project's folder with -dir", .0.display())]
    NoManifest(PathBuf),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("the manifest has no name; give it one, or name the image and the zip with -n")]
    NoName,
}
