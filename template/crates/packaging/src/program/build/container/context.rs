//! What the builder gets of a workspace, in two folders: `workspace`, from which the dependencies
//! are built, and `sources`, with the service's own.
//!
//! In `workspace` are the sources of the packages that the service needs. In place of all others
//! stand files that do nothing, because cargo reads a workspace only as a whole.

use std::fs;
use std::path::{Component, Path};

use crate::program::build::workspace::{Package, Workspace};
use crate::program::build::{BuildError, cargo};

const OF_THE_WORKSPACE: [&str; 5] = [
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
];
/// What belongs to the image, not to the service.
const PACKED: &str = "docker";

/// Lays out the folders for the builder.
pub(super) fn lay_out(workspace: &Workspace, context: &Path) -> Result<(), BuildError> {
    let (base, sources) = (context.join("workspace"), context.join("sources"));
    for file in OF_THE_WORKSPACE {
        let path = workspace.root.join(file);
        if path.is_file() {
            copy(workspace, &path, &base)?;
        }
    }
    let needed = workspace.needed()?;
    for package in &workspace.packages {
        if needed.iter().any(|it| it.folder() == package.folder()) {
            copy_package(workspace, package, &base)?;
        } else {
            stand_in(workspace, package, &base)?;
        }
    }
    copy_package(workspace, workspace.service(), &sources)
}

/// Copies what cargo would publish of a package: no ignored files, no other packages.
fn copy_package(workspace: &Workspace, package: &Package, to: &Path) -> Result<(), BuildError> {
    let mut list = cargo::command();
    list.args(["package", "--list", "--allow-dirty", "--manifest-path"]);
    let list = cargo::output(list.arg(&package.manifest_path), "package")?;
    for file in list.lines().filter(|file| is_source(file.as_ref())) {
        let path = package.folder().join(file);
        // The list also has what cargo would add.
        if path.is_file() {
            copy(workspace, &path, to)?;
        }
    }
    Ok(())
}

/// Neither hidden nor packed: outside of a repository, cargo ignores nothing.
fn is_source(file: &Path) -> bool {
    let extension = file.extension().and_then(|it| it.to_str());
    let is_hidden = |it: Component<'_>| it.as_os_str().as_encoded_bytes().starts_with(b".");
    !file.starts_with(PACKED)
        && !matches!(extension, Some("tar" | "zip"))
        && !file.components().any(is_hidden)
}

/// The manifest of a package, and for each target a file that can be built.
fn stand_in(workspace: &Workspace, package: &Package, to: &Path) -> Result<(), BuildError> {
    copy(workspace, &package.manifest_path, to)?;
    for target in &package.targets {
        let is_library = target.kind.iter().any(|kind| kind.ends_with("lib"));
        let program = if is_library { "" } else { "fn main() {}\n" };
        let content = format!("//! Stands in for the sources.\n{program}");
        let path = place(workspace, &target.src_path, to)?;
        fs::write(&path, content).map_err(BuildError::at(&path))?;
    }
    Ok(())
}

fn copy(workspace: &Workspace, path: &Path, to: &Path) -> Result<(), BuildError> {
    let place = place(workspace, path, to)?;
    fs::copy(path, &place).map_err(BuildError::at(path))?;
    Ok(())
}

/// Where a file of the workspace is in another folder, with the folders around it.
fn place(workspace: &Workspace, path: &Path, to: &Path) -> Result<std::path::PathBuf, BuildError> {
    let within = path.strip_prefix(&workspace.root);
    let within = within.map_err(|_| BuildError::Outside(path.to_owned()))?;
    let place = to.join(within);
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).map_err(BuildError::at(folder))?;
    }
    Ok(place)
}

#[cfg(test)]
mod tests;
