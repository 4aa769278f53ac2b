//! `COPY`, as it is written.

use super::DockerfileProblem;
use super::words::{absolute, plain};

/// What to copy, and where to.
pub(super) struct Copying {
    /// Paths within the context; the empty one is the context.
    pub(super) sources: Vec<String>,
    /// An absolute path in the image.
    pub(super) to: String,
    /// Whether that is a folder, there already or not.
    pub(super) into_folder: bool,
    pub(super) owner: Owner,
    pub(super) mode: Option<u32>,
}

/// The user and the group that files belong to.
#[derive(Clone, Copy, Default)]
pub(super) struct Owner {
    pub(super) user: u64,
    pub(super) group: u64,
}

impl Copying {
    pub(super) fn parse(arguments: &str, working_dir: &str) -> Result<Self, DockerfileProblem> {
        let mut rest = arguments;
        let (mut owner, mut mode) = (Owner::default(), None);
        while let Some(option) = rest.strip_prefix("--") {
            let (option, after) = option
                .split_once(char::is_whitespace)
                .unwrap_or((option, ""));
            match option.split_once('=') {
                Some(("chown", value)) => owner = Owner::parse(value)?,
                Some(("chmod", value)) => mode = Some(octal(value)?),
                _ => return Err(DockerfileProblem::NeedsEngine(format!("COPY --{option}"))),
            }
            rest = after.trim_start();
        }
        let mut paths = paths(rest)?;
        let to = paths.pop().filter(|_| !paths.is_empty());
        let to = to.ok_or_else(|| wrong("COPY needs what to copy, and where to"))?;
        let into_folder = to.ends_with('/') || to == "." || to.ends_with("/.");
        if paths.len() > 1 && !into_folder {
            return Err(wrong(
                "COPY of several files takes a folder, which ends in /",
            ));
        }
        let sources = paths
            .iter()
            .map(|path| source(path))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            sources,
            to: absolute(working_dir, &to),
            into_folder,
            owner,
            mode,
        })
    }
}

impl Owner {
    /// `user` or `user:group`, as numbers: an image from scratch has no names for them.
    fn parse(text: &str) -> Result<Self, DockerfileProblem> {
        let (user, group) = text.split_once(':').unwrap_or((text, text));
        match (user.parse::<u32>(), group.parse::<u32>()) {
            (Ok(user), Ok(group)) => Ok(Self {
                user: user.into(),
                group: group.into(),
            }),
            _ => Err(wrong(format!(
                "--chown={text} takes names, which an image from scratch has not; write numbers"
            ))),
        }
    }
}

fn octal(text: &str) -> Result<u32, DockerfileProblem> {
    let mode = u32::from_str_radix(text, 8)
        .ok()
        .filter(|mode| *mode <= 0o7777);
    mode.ok_or_else(|| DockerfileProblem::NeedsEngine(format!("COPY --chmod={text}")))
}

fn paths(text: &str) -> Result<Vec<String>, DockerfileProblem> {
    if text.starts_with('[') {
        let list = serde_json::from_str::<Vec<String>>(text);
        return list.map_err(|_| wrong("the list of COPY is no JSON"));
    }
    let words = text.split_whitespace();
    words.map(|word| plain(word).map(str::to_owned)).collect()
}

/// A path within the context; a leading `/` is the context, too.
fn source(path: &str) -> Result<String, DockerfileProblem> {
    let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
    let parts: Vec<&str> = parts.collect();
    if parts.contains(&"..") {
        return Err(wrong(format!(
            "{path} is outside of the Dockerfile's folder"
        )));
    }
    Ok(parts.join("/"))
}

fn wrong(problem: impl Into<String>) -> DockerfileProblem {
    DockerfileProblem::Wrong(problem.into())
}
