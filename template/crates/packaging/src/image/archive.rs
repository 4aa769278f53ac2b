//! An `image.tar` as it is read: which files it has, and whether they are one image.

use std::collections::BTreeMap;
use std::io::Read;

use serde::de::DeserializeOwned;
use tar::EntryType;

use super::content::{self, Content};
use super::format::{Config, Entry, MANIFEST, Run};
use super::{Image, ImageError};

/// An image has at most 127 layers, and at most three entries for each.
const ENTRIES_LIMIT: usize = 1024;
/// What is kept of all files that may be JSON.
const KEPT_LIMIT: usize = 8 * 1024 * 1024;
/// Where newer engines keep files, each under its digest.
const BLOBS: &str = "blobs/sha256/";

/// The files and links of an archive.
#[derive(Default)]
pub(super) struct Archive {
    files: BTreeMap<String, Content>,
    links: BTreeMap<String, String>,
    kept: usize,
    size: u64,
}

impl Archive {
    pub(super) fn read(tar: impl Read) -> Result<Self, ImageError> {
        let mut tar = tar::Archive::new(tar);
        let mut archive = Self::default();
        // Raw: the names of an image's files are short, so that extensions say nothing of them,
        // and reading these would take as much memory as they claim.
        let entries = tar.entries().map_err(ImageError::NoArchive)?.raw(true);
        for (number, entry) in entries.enumerate() {
            if number == ENTRIES_LIMIT {
                return Err(ImageError::TooManyEntries(ENTRIES_LIMIT));
            }
            archive.add(entry.map_err(ImageError::NoArchive)?)?;
        }
        Ok(archive)
    }

    fn add(&mut self, entry: tar::Entry<'_, impl Read>) -> Result<(), ImageError> {
        let kind = entry.header().entry_type();
        let is_link = matches!(kind, EntryType::Symlink | EntryType::Link);
        if !is_link && !kind.is_file() {
            return self.count(entry.size());
        }
        let name = inside("", &text(&entry.path_bytes()))?;
        if self.files.contains_key(&name) || self.links.contains_key(&name) {
            return Err(ImageError::Duplicate(name));
        }
        if is_link {
            let target = text(&entry.link_name_bytes().unwrap_or_default());
            let folder = match kind {
                EntryType::Link => "",
                _ => name.rsplit_once('/').map_or("", |(folder, _)| folder),
            };
            let target = inside(folder, &target)?;
            self.links.insert(name, target);
            return Ok(());
        }
        let left = Image::SIZE_LIMIT - self.size;
        if entry.size() > left {
            return Err(ImageError::TooLarge);
        }
        let content = content::read(entry, left).map_err(ImageError::NoArchive)?;
        let mut content = content.ok_or(ImageError::TooLarge)?;
        self.count(content.size)?;
        self.kept += content.json.as_ref().map_or(0, Vec::len);
        content.json = content.json.filter(|_| self.kept <= KEPT_LIMIT);
        self.files.insert(name, content);
        Ok(())
    }

    fn count(&mut self, bytes: u64) -> Result<(), ImageError> {
        let size = self.size.saturating_add(bytes);
        if size > Image::SIZE_LIMIT {
            return Err(ImageError::TooLarge);
        }
        self.size = size;
        Ok(())
    }

    /// The one image in it.
    pub(super) fn image(&self) -> Result<Image, ImageError> {
        if !self.files.contains_key(MANIFEST) {
            return Err(ImageError::NoManifest);
        }
        let entry = only(self.json(MANIFEST)?)?;
        let config: Config = self.json(&entry.config)?;
        check(&config)?;
        let layers = entry.layers.unwrap_or_default();
        let size = self.check_layers(&layers, &config.rootfs.diff_ids)?;
        Ok(Image {
            id: self.file(&entry.config)?.digest.clone(),
            tags: entry.repo_tags.unwrap_or_default(),
            size,
        })
    }

    /// Whether the layers are those of the configuration; the bytes in them.
    fn check_layers(&self, layers: &[String], named: &[String]) -> Result<u64, ImageError> {
        if layers.len() != named.len() {
            return Err(ImageError::LayerCount {
                listed: layers.len(),
                configured: named.len(),
            });
        }
        let mut sum = 0;
        for (layer, named) in layers.iter().zip(named) {
            let content = self.file(layer)?;
            let (digest, size) = match &content.unpacked {
                Some((digest, size)) => (digest, *size),
                None => (named, content.size),
            };
            same(layer, digest, named)?;
            sum += size;
        }
        Ok(sum)
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, ImageError> {
        let json = self.file(name)?.json.as_ref();
        let json = json.ok_or_else(|| ImageError::NoJson(name.to_owned()))?;
        serde_json::from_slice(json).map_err(|reason| ImageError::Malformed {
            file: name.to_owned(),
            reason,
        })
    }

    /// A file by its name, or by that of a link to it.
    fn file(&self, name: &str) -> Result<&Content, ImageError> {
        let name = self.links.get(name).map_or(name, String::as_str);
        let file = self.files.get(name);
        let file = file.ok_or_else(|| ImageError::Missing(name.to_owned()))?;
        if let Some(named) = name.strip_prefix(BLOBS) {
            same(name, &file.digest, &format!("sha256:{named}"))?;
        }
        Ok(file)
    }
}

fn only(mut images: Vec<Entry>) -> Result<Entry, ImageError> {
    match (images.pop(), images.len()) {
        (Some(image), 0) => Ok(image),
        (last, _) => {
            let name = |image: Entry| match image.repo_tags.and_then(|mut tags| tags.pop()) {
                Some(tag) => tag,
                None => image.config,
            };
            let images = images.into_iter().chain(last).map(name).collect();
            Err(ImageError::NotOneImage(images))
        }
    }
}

fn check(config: &Config) -> Result<(), ImageError> {
    if config.os != "linux" || config.architecture != "amd64" {
        return Err(ImageError::WrongPlatform {
            os: config.os.clone(),
            architecture: config.architecture.clone(),
        });
    }
    let has_command = config.run.as_ref().is_some_and(Run::has_command);
    has_command.then_some(()).ok_or(ImageError::NoCommand)
}

fn same(file: &str, found: &str, named: &str) -> Result<(), ImageError> {
    if found == named {
        return Ok(());
    }
    Err(ImageError::Damaged {
        file: file.to_owned(),
        found: found.to_owned(),
        named: named.to_owned(),
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A path from a folder of the archive on, which must not leave it.
fn inside(folder: &str, path: &str) -> Result<String, ImageError> {
    let bad = || ImageError::BadPath(path.to_owned());
    if path.starts_with('/') {
        return Err(bad());
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let is_link = !folder.is_empty();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if is_link && !parts.is_empty() => drop(parts.pop()),
            ".." => return Err(bad()),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}
