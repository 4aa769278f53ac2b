//! What is in the zip that is uploaded for an application.

use std::io::{Cursor, Read};

use packaging::{FILE_NAME, Manifest, ManifestError};
use zip::ZipArchive;

use crate::refusal::Refusal;
use crate::state::Application;

const IMAGE: &str = "image.tar";
const INDEX: &str = "index.html";
/// No manifest is this long; what claims to be one is not unpacked further.
const MANIFEST_LIMIT: u64 = 1024 * 1024;

/// A zip that fits its application.
#[derive(Debug)]
pub(crate) enum Package {
    /// Manifest and image of a microservice. The image is looked for, not into.
    Microservice(Box<Manifest>),
    /// Pages of a web application.
    Web,
}

impl Package {
    pub(crate) fn read(application: &Application, content: &[u8]) -> Result<Self, Refusal> {
        if application.is_microservice() {
            Self::microservice(open(content)?)
        } else if application.is_hosted() {
            Self::web(&open(content)?)
        } else {
            let message = format!("an application of type {} has no files", application.kind());
            Err(Refusal::invalid(message))
        }
    }

    fn microservice(mut zip: ZipArchive<Cursor<&[u8]>>) -> Result<Self, Refusal> {
        let missing = [FILE_NAME, IMAGE].map(|name| (name, zip.index_for_name(name)));
        let missing: Vec<&str> = missing
            .iter()
            .filter(|(_, index)| index.is_none())
            .map(|(name, _)| *name)
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(" and ");
            return Err(Refusal::invalid(format!(
                "the zip of a microservice has {FILE_NAME} and {IMAGE} at its root; this one has \
                 no {missing}"
            )));
        }
        let manifest = unpack(&mut zip, FILE_NAME)?;
        let manifest = Manifest::parse(&manifest).map_err(|error| refused(&error))?;
        Ok(Self::Microservice(Box::new(manifest)))
    }

    fn web(zip: &ZipArchive<Cursor<&[u8]>>) -> Result<Self, Refusal> {
        if zip.index_for_name(INDEX).is_some() {
            return Ok(Self::Web);
        }
        let message = format!("the zip of a web application has {INDEX} at its root; this has not");
        Err(Refusal::invalid(message))
    }
}

fn open(content: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Refusal> {
    let zip = ZipArchive::new(Cursor::new(content));
    zip.map_err(|error| Refusal::invalid(format!("the file is no zip: {error}")))
}

fn unpack(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, Refusal> {
    let unreadable = |error: &dyn std::fmt::Display| {
        Refusal::invalid(format!("{name} in the zip cannot be read: {error}"))
    };
    let file = zip.by_name(name).map_err(|error| unreadable(&error))?;
    let mut text = String::new();
    file.take(MANIFEST_LIMIT + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(&error))?;
    if text.len() as u64 > MANIFEST_LIMIT {
        return Err(unreadable(&"it is longer than 1 MiB"));
    }
    Ok(text)
}

/// Every finding at once, and without the words that fit a file on a disk.
fn refused(error: &ManifestError) -> Refusal {
    Refusal::invalid(format!("{FILE_NAME} {error}"))
}
