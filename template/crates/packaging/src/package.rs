//! The package that is deployed: a zip with the manifest and `image.tar` at its root.

use std::io::{self, Read, Seek, Write};

use zip::read::ZipFile;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::{FILE_NAME, Image, ImageError, Manifest, ManifestError};

/// The image's name in a package.
pub const IMAGE_NAME: &str = "image.tar";

/// No manifest is this long; what claims to be one is not unpacked further.
const MANIFEST_LIMIT: u64 = 1024 * 1024;
/// An image with what its archive adds; what claims to be one is not unpacked further.
const IMAGE_LIMIT: u64 = Image::SIZE_LIMIT + 1024 * 1024;

/// A package that the platform accepts.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// Its manifest.
    pub manifest: Manifest,
    /// Its image.
    pub image: Image,
}

impl Package {
    /// Reads and checks a package. A manifest of more than 1 MiB and an image of more than
    /// [`Image::SIZE_LIMIT`] are refused, whatever size the zip claims for them.
    pub fn read(zip: impl Read + Seek) -> Result<Self, PackageError> {
        let mut zip = open(zip)?;
        let manifest = manifest(member(&mut zip, FILE_NAME)?)?;
        let manifest = Manifest::parse(&manifest).map_err(PackageError::Manifest)?;
        let mut tar = member(&mut zip, IMAGE_NAME)?.take(IMAGE_LIMIT);
        let image = Image::read(&mut tar).map_err(PackageError::Image)?;
        // The zip's own check comes with the last byte.
        copy(&mut tar, &mut io::sink())?;
        Ok(Self { manifest, image })
    }

    /// Copies the `image.tar` of a package, and says how many bytes it has.
    pub fn copy_image(zip: impl Read + Seek, to: &mut impl Write) -> Result<u64, PackageError> {
        let mut zip = open(zip)?;
        copy(&mut member(&mut zip, IMAGE_NAME)?.take(IMAGE_LIMIT), to)
    }

    /// Writes a package. The same manifest and image give the same bytes.
    pub fn write(
        manifest: &str,
        mut image: impl Read,
        to: impl Write + Seek,
    ) -> Result<(), PackageError> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        let unwritable = |error: ZipError| PackageError::Unwritable(error.into());
        let mut zip = ZipWriter::new(to);
        zip.start_file(FILE_NAME, options).map_err(unwritable)?;
        zip.write_all(manifest.as_bytes())
            .map_err(PackageError::Unwritable)?;
        zip.start_file(IMAGE_NAME, options).map_err(unwritable)?;
        io::copy(&mut image, &mut zip).map_err(PackageError::Unwritable)?;
        let mut to = zip.finish().map_err(unwritable)?;
        to.flush().map_err(PackageError::Unwritable)
    }
}

fn open<R: Read + Seek>(zip: R) -> Result<ZipArchive<R>, PackageError> {
    let zip = ZipArchive::new(zip).map_err(|error| PackageError::NoZip(error.into()))?;
    let is_missing = |name: &&str| zip.index_for_name(name).is_none();
    let missing: Vec<_> = [FILE_NAME, IMAGE_NAME]
        .into_iter()
        .filter(is_missing)
        .collect();
    if missing.is_empty() {
        return Ok(zip);
    }
    Err(PackageError::Missing(missing))
}

fn member<'a, R: Read + Seek>(
    zip: &'a mut ZipArchive<R>,
    name: &'static str,
) -> Result<ZipFile<'a, R>, PackageError> {
    zip.by_name(name).map_err(|error| PackageError::Unreadable {
        name,
        reason: error.into(),
    })
}

fn manifest(file: impl Read) -> Result<String, PackageError> {
    let mut text = String::new();
    let read = file.take(MANIFEST_LIMIT + 1).read_to_string(&mut text);
    read.map_err(|reason| PackageError::Unreadable {
        name: FILE_NAME,
        reason,
    })?;
    if text.len() as u64 > MANIFEST_LIMIT {
        return Err(PackageError::LongManifest);
    }
    Ok(text)
}

/// Copies what is left of an image. Nothing may be left where its limit ends.
fn copy(tar: &mut io::Take<impl Read>, to: &mut impl Write) -> Result<u64, PackageError> {
    let copied = io::copy(tar, to).map_err(|reason| PackageError::Unreadable {
        name: IMAGE_NAME,
        reason,
    })?;
    if tar.limit() == 0 {
        return Err(PackageError::Image(ImageError::TooLarge));
    }
    Ok(copied)
}

/// Why a file is not a package, or why there is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PackageError {
    /// It is no zip.
    #[error("the file is no zip: {0}")]
    NoZip(io::Error),
    /// It does not have all that a package has.
    #[error(
        "the zip of a microservice has {FILE_NAME} and {IMAGE_NAME} at its root; this one has no {}",
        .0.join(" and ")
    )]
    Missing(Vec<&'static str>),
    /// Something in it cannot be unpacked.
    #[error("{name} in the zip cannot be read: {reason}")]
    Unreadable {
        /// Its name.
        name: &'static str,
        /// What is wrong with it.
        reason: io::Error,
    },
    /// Its manifest is none.
    #[error("{FILE_NAME} in the zip cannot be read: it is longer than 1 MiB")]
    LongManifest,
    /// The platform would refuse its manifest.
    #[error("{FILE_NAME} {0}")]
    Manifest(ManifestError),
    /// The platform cannot run its image.
    #[error("{IMAGE_NAME} in the zip is not the image of a microservice: {0}")]
    Image(ImageError),
    /// It cannot be written.
    #[error("the zip cannot be written: {0}")]
    Unwritable(io::Error),
}
