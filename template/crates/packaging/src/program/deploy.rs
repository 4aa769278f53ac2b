//! The goal `deploy`: uploads the package for the application, which is created if there is none.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Seek};
use std::path::{Path, PathBuf};

use indicatif::{DecimalBytes, ProgressBar, ProgressStyle};
use packaging::{Manifest, Package, PackageError};

use super::platform::{Application, CallError, Platform, Upload};
use super::say;

/// Deploys a package as the application of this name. Nothing is sent unless the package is whole.
pub(super) fn deploy(platform: &Platform, zip: &Path, name: &str) -> Result<(), DeployError> {
    let mut file = File::open(zip).map_err(|reason| DeployError::unreadable(zip, reason))?;
    let package = Package::read(&mut file).map_err(|reason| DeployError::Package {
        zip: zip.to_owned(),
        reason,
    })?;
    let application = find_or_create(platform, name, &package.manifest)?;
    let length = rewind(&mut file).map_err(|reason| DeployError::unreadable(zip, reason))?;
    let file_name = zip.file_name().unwrap_or_default().to_string_lossy();
    let size = DecimalBytes(length);
    let mut content = shown(file, length, &format!("Uploading {file_name}, {size}"));
    platform.upload(
        &application,
        Upload {
            file_name: &file_name,
            version: &package.manifest.version,
            length,
            content: &mut content,
        },
    )?;
    let version = &package.manifest.version;
    say(&format!("Uploaded {file_name}, {size}, version {version}"));
    Ok(())
}

/// The application of a manifest, as it is on the platform.
pub(super) fn find_or_create(
    platform: &Platform,
    name: &str,
    manifest: &Manifest,
) -> Result<Application, CallError> {
    if let Some(application) = platform.application(name)? {
        return Ok(application);
    }
    let application = platform.create_application(name, manifest)?;
    say(&format!(
        "Created application {name} (id {})",
        application.id
    ));
    Ok(application)
}

fn rewind(file: &mut File) -> io::Result<u64> {
    file.rewind()?;
    Ok(file.metadata()?.len())
}

/// Shows how far the file is read: with a bar on a terminal, and else in one line.
fn shown(file: File, length: u64, text: &str) -> Box<dyn Read> {
    if !io::stderr().is_terminal() {
        say(text);
        return Box::new(file);
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {percent} %, {eta} left");
    let bar = ProgressBar::new(length).with_message(text.to_owned());
    let bar = style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style));
    Box::new(
        bar.with_finish(indicatif::ProgressFinish::AndClear)
            .wrap_read(file),
    )
}

/// Why a package is not deployed.
#[derive(Debug, thiserror::Error)]
pub(super) enum DeployError {
    #[error("there is no {}\n  pack first; -n names the zip, and -dir the folder that it is in", .0.display())]
    NotPacked(PathBuf),
    #[error("{} cannot be read: {reason}", zip.display())]
    Unreadable { zip: PathBuf, reason: io::Error },
    #[error("{} cannot be deployed: {reason}\n  pack again", zip.display())]
    Package { zip: PathBuf, reason: PackageError },
    #[error(transparent)]
    Call(#[from] CallError),
}

impl DeployError {
    fn unreadable(zip: &Path, reason: io::Error) -> Self {
        let zip = zip.to_owned();
        if reason.kind() == io::ErrorKind::NotFound {
            Self::NotPacked(zip)
        } else {
            Self::Unreadable { zip, reason }
        }
    }
}
