//! The goal `validate`: every finding in the manifest.

use std::io;
use std::path::{Path, PathBuf};

use packaging::{Finding, Findings, Manifest};

use super::{say, warn};

/// Shows all that there is to say about a manifest. It fails where the platform would refuse it.
pub(super) fn validate(path: &Path) -> Result<(), ValidateError> {
    let findings = review(path)?;
    show("Errors", findings.errors());
    show("Warnings", findings.warnings());
    show("Advice", findings.advice());
    if findings.has_errors() {
        return Err(ValidateError::Refused(path.to_owned()));
    }
    say(&format!("The platform accepts {}", path.display()));
    Ok(())
}

/// Warns of what is hardly meant.
pub(super) fn warn_of(path: &Path) -> Result<(), ValidateError> {
    for finding in review(path)?.warnings() {
        warn(&finding.to_string());
    }
    Ok(())
}

fn review(path: &Path) -> Result<Findings, ValidateError> {
    let json = std::fs::read_to_string(path).map_err(|reason| ValidateError::Unreadable {
        path: path.to_owned(),
        reason,
    })?;
    Ok(Manifest::review(&json))
}

fn show<'a>(title: &str, findings: impl Iterator<Item = &'a Finding>) {
    let lines: Vec<String> = findings.map(|it| format!("\n  {it}")).collect();
    if !lines.is_empty() {
        say(&format!("{title}:{}", lines.concat()));
    }
}

/// Why a manifest is not valid.
#[derive(Debug, thiserror::Error)]
pub(super) enum ValidateError {
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("the platform would refuse {}; correct what stands under Errors", .0.display())]
    Refused(PathBuf),
}
