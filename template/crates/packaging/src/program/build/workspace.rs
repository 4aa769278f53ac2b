//! The workspace, as cargo describes it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{BuildError, SERVICE, cargo};

/// A workspace with the service in it.
#[derive(Deserialize)]
pub(super) struct Workspace {
    #[serde(rename = "workspace_root")]
    pub(super) root: PathBuf,
    #[serde(rename = "target_directory")]
    pub(super) target: PathBuf,
    pub(super) packages: Vec<Package>,
    /// Where the service's package is among them.
    #[serde(skip)]
    service: usize,
}

/// A package of it.
#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest_path: PathBuf,
    pub(super) targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

/// A library, a program, a test and so on.
#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
    pub(super) src_path: PathBuf,
}

#[derive(Deserialize)]
struct Dependency {
    kind: Option<String>,
    path: Option<PathBuf>,
}

impl Workspace {
    pub(super) fn of(folder: &Path) -> Result<Self, BuildError> {
        const GOAL: &str = "metadata";
        let mut command = cargo::command();
        let command = command.args([GOAL, "--no-deps", "--format-version", "1"]);
        let json = cargo::output(command.current_dir(folder), GOAL)?;
        let workspace = serde_json::from_str::<Self>(&json);
        let mut workspace =
            workspace.map_err(|error| BuildError::Answer(GOAL, error.to_string()))?;
        let service = workspace.packages.iter().position(Package::has_service);
        let service = service.ok_or_else(|| BuildError::NoService(workspace.root.clone()))?;
        workspace.service = service;
        Ok(workspace)
    }

    /// The package of the service.
    pub(super) fn service(&self) -> &Package {
        &self.packages[self.service]
    }

    /// The packages of the workspace that the service is built from, without its own.
    pub(super) fn needed(&self) -> Result<Vec<&Package>, BuildError> {
        let mut found: Vec<&Package> = vec![self.service()];
        let mut next = 0;
        while let Some(package) = found.get(next) {
            for folder in package.built_from() {
                let is_it = |package: &&Package| package.folder() == folder;
                let needed = self.packages.iter().find(is_it);
                let needed = needed.ok_or_else(|| BuildError::Outside(folder.to_owned()))?;
                if !found.iter().any(|known| known.folder() == folder) {
                    found.push(needed);
                }
            }
            next += 1;
        }
        Ok(found.split_off(1))
    }
}

impl Package {
    pub(super) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    fn has_service(&self) -> bool {
        let is_service =
            |target: &Target| target.name == SERVICE && target.kind.iter().any(|it| it == "bin");
        self.targets.iter().any(is_service)
    }

    fn built_from(&self) -> Vec<&Path> {
        let is_built = |it: &&Dependency| it.kind.as_deref() != Some("dev");
        let dependencies = self.dependencies.iter().filter(is_built);
        dependencies.filter_map(|it| it.path.as_deref()).collect()
    }
}
