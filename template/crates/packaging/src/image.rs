//! `image.tar`, as `docker save` writes it: what the platform needs to know of it, and how it is
//! made without an engine.

mod archive;
mod content;
mod copying;
mod dockerfile;
mod error;
mod files;
mod format;
mod recipe;
mod words;
mod write;

use std::io::{Read, Write};
use std::path::Path;

pub use error::{DockerfileProblem, ImageError};

/// The image of a microservice, as its archive describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `sha256:` and the digest of its configuration: the ID that Docker gives it.
    pub id: String,
    /// Its names with their tags.
    pub tags: Vec<String>,
    /// Bytes of its layers, uncompressed.
    pub size: u64,
}

impl Image {
    /// What an archive and what its layers may have at most, in bytes and uncompressed: 2 GiB.
    pub const SIZE_LIMIT: u64 = 2 * 1024 * 1024 * 1024;

    /// Reads and checks an `image.tar`: one image for `linux/amd64`, all of its layers as its
    /// configuration names them, a command.
    ///
    /// It is what `docker save` and `podman save` write, of any version that adds `manifest.json`.
    /// The archive is read once from its beginning to its end, and not kept.
    pub fn read(tar: impl Read) -> Result<Self, ImageError> {
        archive::Archive::read(tar)?.image()
    }

    /// Writes an `image.tar` without an engine: what `docker build` and `docker save` make of
    /// `Dockerfile` in a folder, for images of files alone. The same files give the same bytes.
    ///
    /// Understood are `FROM scratch`, `COPY` of files and folders, `ENV`, `LABEL`, `EXPOSE`, `USER`,
    /// `WORKDIR`, and `ENTRYPOINT` and `CMD` as lists. All else is refused with its line.
    pub fn write(context: &Path, tag: &str, to: impl Write) -> Result<Self, ImageError> {
        Self::check_name(tag)?;
        let recipe = recipe::Recipe::read(&context.join("Dockerfile"))?;
        write::write(context, &recipe, tag, to)
    }

    /// Whether an image may have this name and tag: `name:tag`, or with folders `a/b/name:tag`.
    pub fn check_name(name: &str) -> Result<(), ImageError> {
        let (path, tag) = name.rsplit_once(':').unwrap_or((name, "latest"));
        if path.split('/').all(is_component) && is_tag(tag) {
            return Ok(());
        }
        Err(ImageError::Name(name.to_owned()))
    }
}

/// Small letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_component(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let separators = name.split(|c: char| c.is_ascii() && is_plain(c as u8));
    let joins =
        |part: &str| matches!(part, "" | "." | "_" | "__") || part.bytes().all(|byte| byte == b'-');
    name.bytes().next().is_some_and(is_plain)
        && name.bytes().next_back().is_some_and(is_plain)
        && separators.into_iter().all(joins)
}

fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    (1..=128).contains(&tag.len())
        && tag.starts_with(is_word)
        && tag.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_docker_takes_for_one() {
        for right in [
            "a",
            "hello-c8y:1.0.0-SNAPSHOT",
            "a/b-c:latest",
            "a__b--c.d:_1",
        ] {
            assert!(Image::check_name(right).is_ok(), "{right}");
        }
        for wrong in [
            "", ":1", "a:", "Hello", "a b", "-a", "a-", "a..b", "a_-b", "a:-1", "a:1+2", "a//b",
            "ä",
        ] {
            assert!(Image::check_name(wrong).is_err(), "{wrong}");
        }
    }
}
