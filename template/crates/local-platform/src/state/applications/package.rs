//! What is in the zip that is uploaded for an application.

use std::io::Cursor;

use zip::ZipArchive;

use crate::refusal::Refusal;
use crate::state::Application;

const INDEX: &str = "index.html";

/// A zip that fits its application.
#[derive(Debug)]
pub(crate) enum Package {
    /// Manifest and image of a microservice.
    Microservice(Box<packaging::Package>),
    /// Pages of a web application.
    Web,
}

impl Package {
    pub(crate) fn read(application: &Application, content: &[u8]) -> Result<Self, Refusal> {
        if application.is_microservice() {
            Self::microservice(content)
        } else if application.is_hosted() {
            Self::web(&open(content)?)
        } else {
            let message = format!("an application of type {} has no files", application.kind());
            Err(Refusal::invalid(message))
        }
    }

    fn microservice(content: &[u8]) -> Result<Self, Refusal> {
        let package = packaging::Package::read(Cursor::new(content));
        let package = package.map_err(|error| Refusal::invalid(error.to_string()))?;
        Ok(Self::Microservice(Box::new(package)))
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
