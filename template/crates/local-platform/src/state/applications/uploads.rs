//! What is uploaded for an application, and what an upload changes.

use bytes::Bytes;
use packaging::Manifest;
use serde_json::Value;

use super::AREA;
use crate::refusal::Refusal;
use crate::state::{Application, Fields, Id, Package, Platform, Time, now};

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct Binary {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) created: Time,
    pub(crate) length: usize,
    kept: Kept,
}

/// What is left of an uploaded file.
#[derive(Clone, Debug)]
enum Kept {
    /// The version of a microservice. Where its image is run the engine has it; here it would only
    /// fill the memory.
    Version(String),
    /// The pages of a web application.
    Content(Bytes),
}

/// A file that is being uploaded, with what was found in it.
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) content: Bytes,
    pub(crate) package: Package,
}

impl Platform {
    /// Takes over a file. Nothing is changed where it is refused.
    pub(crate) fn upload(
        &mut self,
        id: Id,
        upload: Upload,
        clear_conflicting_options: bool,
    ) -> Result<&Application, Refusal> {
        let mut updated = self.application(id)?.clone();
        let before = updated.clone();
        let binary = self.next_id();
        let kept = match upload.package {
            Package::Web => Kept::Content(upload.content.clone()),
            Package::Microservice(package) => {
                let manifest = package.manifest;
                updated.replace_version(&manifest)?;
                updated.take_over(&manifest);
                self.refuse_taken(&updated)?;
                self.prepare_options(&before, &updated, clear_conflicting_options)?;
                Kept::Version(manifest.version)
            }
        };
        updated.binaries.push(Binary {
            id: binary,
            name: upload.name,
            created: now(),
            length: upload.content.len(),
            kept,
        });
        updated.set_active(binary);
        self.replace_application(updated)
    }

    pub(crate) fn delete_binary(&mut self, application: Id, binary: &str) -> Result<(), Refusal> {
        let mut updated = self.application(application)?.clone();
        updated.refuse_microservice()?;
        let id = updated.binary(binary)?.id;
        updated.binaries.retain(|binary| binary.id != id);
        let active = updated.active().map(str::to_owned);
        if active.as_deref() == Some(binary) {
            updated.fields.remove("activeVersionId");
        }
        self.replace_application(updated).map(drop)
    }
}

impl Application {
    /// The pages that were uploaded under an ID.
    pub(crate) fn content(&self, binary: &str) -> Result<Bytes, Refusal> {
        self.refuse_microservice()?;
        match &self.binary(binary)?.kept {
            Kept::Content(content) => Ok(content.clone()),
            Kept::Version(_) => Err(no_binary(binary)),
        }
    }

    /// As on the platform, the binaries of a microservice go in and do not come out.
    pub(crate) fn refuse_microservice(&self) -> Result<(), Refusal> {
        if self.is_microservice() {
            let message = "the binaries of a microservice are neither listed nor given out";
            return Err(Refusal::new(400, "application/Bad Request", message));
        }
        Ok(())
    }

    fn binary(&self, id: &str) -> Result<&Binary, Refusal> {
        let mut binaries = self.binaries.iter();
        let found = binaries.find(|binary| binary.id.to_string() == id);
        found.ok_or_else(|| no_binary(id))
    }

    /// Makes room for a version: a snapshot goes in the place of the one before, any other comes
    /// once.
    fn replace_version(&mut self, manifest: &Manifest) -> Result<(), Refusal> {
        let version = &manifest.version;
        let same = |it: &Binary| matches!(&it.kept, Kept::Version(known) if known == version);
        if !version.ends_with("-SNAPSHOT") && self.binaries.iter().any(same) {
            let message = format!(
                "version {version} was uploaded before: give the manifest a new version, or one \
                 that ends in -SNAPSHOT, which may be uploaded again and again"
            );
            return Err(Refusal::conflict(AREA, message));
        }
        self.binaries.retain(|binary| !same(binary));
        Ok(())
    }

    fn active(&self) -> Option<&str> {
        self.fields.get("activeVersionId").and_then(Value::as_str)
    }

    fn set_active(&mut self, binary: Id) {
        let active = binary.to_string().into();
        self.fields.insert("activeVersionId".to_owned(), active);
    }

    /// A web application shows the pages that an update names; a microservice is what was uploaded
    /// last.
    pub(super) fn activate(&mut self, update: &Fields) -> Result<(), Refusal> {
        let Some(wanted) = update.get("activeVersionId").and_then(Value::as_str) else {
            return Ok(());
        };
        if self.is_hosted() && self.active() != Some(wanted) {
            let binary = self.binary(wanted).map(|binary| binary.id);
            let binary = binary.map_err(|refusal| Refusal::invalid(refusal.message))?;
            self.set_active(binary);
        }
        Ok(())
    }
}

fn no_binary(id: &str) -> Refusal {
    Refusal::not_found(AREA, format!("binary {id}"))
}
