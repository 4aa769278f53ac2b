//! What a Dockerfile says, as far as it can be carried out without an engine.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::copying::Copying;
use super::dockerfile::{Instruction, instructions};
use super::format::Run;
use super::words::{absolute, pairs, plain};
use super::{DockerfileProblem, ImageError};

/// What the engine gives every image that does not set it.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const BASE: &str = "scratch";

/// The steps to an image, and how its containers run.
pub(super) struct Recipe {
    pub(super) steps: Vec<Step>,
    pub(super) run: Run,
}

/// An instruction after `FROM`.
pub(super) struct Step {
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) change: Option<Change>,
}

/// A change of the image's files.
pub(super) enum Change {
    Copy(Copying),
    Folder(String),
}

impl Recipe {
    pub(super) fn read(path: &Path) -> Result<Self, ImageError> {
        let text = fs::read_to_string(path).map_err(|reason| ImageError::Unreadable {
            path: path.to_owned(),
            reason,
        })?;
        let at = |line, problem| ImageError::Dockerfile {
            path: path.to_owned(),
            line,
            problem,
        };
        no_surprise(path, &text).map_err(|problem| at(1, problem))?;
        let mut instructions = instructions(&text).into_iter();
        let (line, from) = instructions
            .next()
            .map_or((1, Err(missing_from())), |it| (it.line, from_scratch(&it)));
        let mut recipe = from.map_err(|problem| at(line, problem))?;
        for instruction in instructions {
            let done = recipe.follow(&instruction);
            done.map_err(|problem| at(instruction.line, problem))?;
        }
        Ok(recipe)
    }

    fn follow(&mut self, instruction: &Instruction) -> Result<(), DockerfileProblem> {
        let Instruction {
            line,
            name,
            arguments,
        } = instruction;
        if arguments.is_empty() {
            return Err(DockerfileProblem::Wrong(format!("{name} says nothing")));
        }
        let run = &mut self.run;
        let mut change = None;
        match name.as_str() {
            "COPY" => change = Some(Change::Copy(Copying::parse(arguments, &run.working_dir)?)),
            "WORKDIR" => {
                run.working_dir = absolute(&run.working_dir, plain(arguments)?);
                change = Some(Change::Folder(run.working_dir.clone()));
            }
            "ENV" => {
                for (key, value) in pairs(arguments)? {
                    set(&mut run.env, &key, &value);
                }
            }
            "LABEL" => run.labels.extend(pairs(arguments)?),
            "EXPOSE" => {
                for port in arguments.split_whitespace() {
                    run.exposed_ports.insert(exposed(port)?, json!({}));
                }
            }
            "USER" => plain(arguments)?.clone_into(&mut run.user),
            "ENTRYPOINT" => run.entrypoint = Some(list(name, arguments)?),
            "CMD" => run.cmd = Some(list(name, arguments)?),
            _ => return Err(DockerfileProblem::NeedsEngine(name.clone())),
        }
        self.steps.push(Step {
            line: *line,
            text: format!("{name} {arguments}"),
            change,
        });
        Ok(())
    }
}

/// Files and directives that change what the instructions mean.
fn no_surprise(path: &Path, text: &str) -> Result<(), DockerfileProblem> {
    for ignored in [".dockerignore", "Dockerfile.dockerignore"] {
        if path.with_file_name(ignored).exists() {
            let what = format!("{ignored} beside it");
            return Err(DockerfileProblem::NeedsEngine(what));
        }
    }
    let mut top = text.lines().map_while(|line| line.trim().strip_prefix('#'));
    if top.any(|comment| comment.trim_start().starts_with("escape")) {
        return Err(DockerfileProblem::NeedsEngine("# escape".to_owned()));
    }
    Ok(())
}

fn missing_from() -> DockerfileProblem {
    DockerfileProblem::Wrong(format!("it does not begin with FROM {BASE}"))
}

fn from_scratch(instruction: &Instruction) -> Result<Recipe, DockerfileProblem> {
    if instruction.name != "FROM" {
        return Err(missing_from());
    }
    if instruction.arguments != BASE {
        let what = format!("FROM {}", instruction.arguments);
        return Err(DockerfileProblem::NeedsEngine(what));
    }
    let mut run = Run {
        working_dir: "/".to_owned(),
        ..Run::default()
    };
    set(&mut run.env, "PATH", PATH);
    Ok(Recipe {
        steps: Vec::new(),
        run,
    })
}

fn set(environment: &mut Vec<String>, key: &str, value: &str) {
    let variable = format!("{key}={value}");
    let is_same = |it: &&mut String| it.split_once('=').is_some_and(|(other, _)| other == key);
    match environment.iter_mut().find(is_same) {
        Some(former) => *former = variable,
        None => environment.push(variable),
    }
}

fn exposed(port: &str) -> Result<String, DockerfileProblem> {
    let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    let protocol = protocol.to_ascii_lowercase();
    let is_known = matches!(protocol.as_str(), "tcp" | "udp" | "sctp");
    match number.parse::<u16>() {
        Ok(number) if is_known && number > 0 => Ok(format!("{number}/{protocol}")),
        _ => Err(DockerfileProblem::NeedsEngine(format!("EXPOSE {port}"))),
    }
}

fn list(name: &str, arguments: &str) -> Result<Vec<String>, DockerfileProblem> {
    serde_json::from_str(arguments).map_err(|_| {
        DockerfileProblem::Wrong(format!(
            "{name} takes a shell, which an image from {BASE} has not; write it as a list: {name} \
             [\"/service\"]"
        ))
    })
}
