//! `image.tar`, as `docker save` writes it: what the platform needs to know of it.

use std::io::Read;

/// The image of a microservice, as its archive describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `sha256:` and the digest of its configuration: the ID that Docker gives it.
    pub id: String,
    /// Its names with their tags.
    pub tags: Vec<String>,
}

impl Image {
    /// Reads and checks an `image.tar`: one image for `linux/amd64`, all of its layers, a command.
    pub fn read(tar: impl Read) -> Result<Self, ImageError> {
        drop(tar);
        Err(ImageError::NoArchive)
    }
}

/// Why an archive is not the image of a microservice.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// It is no tar archive.
    #[error("it is no tar archive")]
    NoArchive,
}
