//! The build in a container, with `docker/builder.Dockerfile`.
//!
//! Only what any builder knows is used: the workspace is copied into a folder, and the program is
//! copied out of a container that never runs.

mod context;

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use packaging::Engine;

use super::workspace::Workspace;
use super::{BuildError, Options, SERVICE};
use crate::program::project::Project;

/// Builds the service; the program's path in the temporary folder.
pub(super) fn build(
    engine: &Engine,
    project: &Project,
    workspace: &Workspace,
    options: &Options,
    folder: &Path,
) -> Result<PathBuf, BuildError> {
    let context = folder.join("context");
    context::lay_out(workspace, &context)?;
    // It stays: the next build begins with its layers.
    let tag = format!("{}-builder", project.name);
    let mut build = engine.command(["build", "--platform", "linux/amd64", "--tag", &tag]);
    build
        .arg("--file")
        .arg(project.docker().join("builder.Dockerfile"));
    let package = format!("PACKAGE={}", workspace.service().name);
    build.args(["--build-arg", &package]);
    if let Some(base) = &options.builder {
        build.args(["--build-arg", &format!("BASE={base}")]);
    }
    // What a build prints is progress, and the output is for results.
    build.arg(&context).stdout(Stdio::from(io::stderr()));
    let status = build
        .status()
        .map_err(BuildError::at(engine.program().as_ref()))?;
    if !status.success() {
        return Err(BuildError::Container(status));
    }
    take_out(engine, &tag, &folder.join(SERVICE))
}

fn take_out(engine: &Engine, tag: &str, to: &Path) -> Result<PathBuf, BuildError> {
    let container = engine.output(["create", "--platform", "linux/amd64", tag, "none"])?;
    let from = format!("{container}:/{SERVICE}");
    let copied = engine.output(["cp".as_ref(), from.as_ref(), to.as_os_str()]);
    engine.output(["rm", &container])?;
    copied?;
    Ok(to.to_owned())
}
