//! The package that is deployed: a zip with the manifest and `image.tar` at its root.

use std::io::{Read, Seek, Write};

use crate::{Image, Manifest};

/// The image's name in a package.
pub const IMAGE_NAME: &str = "image.tar";

/// A package that the platform accepts.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// Its manifest.
    pub manifest: Manifest,
    /// Its image.
    pub image: Image,
}

impl Package {
    /// Reads and checks a package.
    pub fn read(zip: impl Read + Seek) -> Result<Self, PackageError> {
        drop(zip);
        Err(PackageError::NoZip)
    }

    /// Copies the `image.tar` of a package, and says how many bytes it has.
    pub fn copy_image(zip: impl Read + Seek, to: &mut impl Write) -> Result<u64, PackageError> {
        drop((zip, to.by_ref()));
        Err(PackageError::NoZip)
    }
}

/// Why a file is not a package.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// It is no zip.
    #[error("the file is no zip")]
    NoZip,
}
