//! What is measured, built as its users build it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::process::run;

/// The programs and files of a run.
pub(crate) struct Workspace {
    /// This repository.
    pub(crate) root: PathBuf,
    /// The service's program, as it is in the image.
    pub(crate) service: PathBuf,
    /// The image, as `docker save` writes it.
    pub(crate) image: PathBuf,
    /// The local platform's program.
    pub(crate) platform: PathBuf,
    /// For what comes and goes.
    pub(crate) scratch: PathBuf,
}

impl Workspace {
    /// Builds the local platform, and packs the service.
    pub(crate) fn build() -> Outcome<Self> {
        let root = root();
        let target = target()?;
        let scratch = target.join("bench");
        fs::create_dir_all(&scratch)?;
        let this = Self {
            service: root.join("docker/service"),
            image: root.join("image.tar"),
            platform: platform()?,
            root,
            scratch,
        };
        eprintln!("Packing the service");
        let tool = ["run", "--package", "packaging", "--features", "tool"];
        let pack = ["--bin", "microservice", "--", "pack"];
        run(this.cargo().args(tool).args(pack))?;
        Ok(this)
    }

    /// Cargo in this repository.
    pub(crate) fn cargo(&self) -> Command {
        cargo(&self.root)
    }
}

/// Builds the local platform as this program is built; its program.
pub(crate) fn platform() -> Outcome<PathBuf> {
    eprintln!("Building the local platform");
    let (profile, folder) = if cfg!(debug_assertions) {
        ("dev", "debug")
    } else {
        ("release", "release")
    };
    run(cargo(&root()).args(["build", "--profile", profile, "--package", "local-platform"]))?;
    Ok(target()?.join(folder).join("local-platform"))
}

pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Cargo in a folder, without what the one that has started this program says of its own package.
pub(crate) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let is_about_this_package = name.to_string_lossy().starts_with("CARGO_PKG_");
        if is_about_this_package || name == "CARGO_MANIFEST_DIR" || name == "CARGO_MANIFEST_PATH" {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(folder);
    cargo
}

/// This program is `target/release/bench`, or `target/debug/bench`.
fn target() -> Outcome<PathBuf> {
    let program = env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("no target folder")?;
    Ok(target.to_owned())
}
