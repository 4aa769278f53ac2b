//! The command line.

mod account;
mod address;
mod arguments;
mod bootstrap;
mod build;
mod deploy;
mod environment_file;
mod failure;
mod logs;
mod pack;
mod platform;
mod project;
mod run;
mod status;
mod subscribe;
mod validate;

use std::cell::OnceCell;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use packaging::FILE_NAME;

use account::Account;
use arguments::{Arguments, Goal};
use failure::Failure;
use platform::{Application, Platform};
use project::{Project, ProjectError};

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::read();
    let platform = OnceCell::new();
    let tool = Tool {
        arguments,
        platform,
    };
    tool.run().unwrap_or_else(|failure| {
        // Nobody may be left to read it.
        let _ = writeln!(io::stderr(), "error: {failure}");
        ExitCode::FAILURE
    })
}

/// Prints text for people.
fn say(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Prints what is no failure, and should be known.
fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "warning: {text}");
}

struct Tool {
    arguments: Arguments,
    platform: OnceCell<Platform>,
}

impl Tool {
    fn run(&self) -> Result<ExitCode, Failure> {
        let goals = self.arguments.goals();
        if goals.contains(&Goal::Help) {
            say(Arguments::help().trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        // What is missing shows before the first goal takes its time.
        if goals.iter().any(|goal| goal.asks_platform()) {
            self.platform()?;
        }
        for goal in goals {
            if goal == Goal::Run {
                return Ok(run::run(&self.folder()?)?);
            }
            self.reach(goal)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn reach(&self, goal: Goal) -> Result<(), Failure> {
        match goal {
            Goal::Help | Goal::Run => {}
            Goal::Validate => validate::validate(&self.folder()?.join(FILE_NAME))?,
            Goal::Build => build::build(&self.project()?, &self.arguments.build)?,
            Goal::Pack => {
                validate::warn_of(&self.folder()?.join(FILE_NAME))?;
                pack::pack(&self.project()?, &self.arguments.build)?;
            }
            Goal::Deploy => deploy::deploy(self.platform()?, &self.zip()?, &self.name()?)?,
            Goal::Subscribe => self.subscribe()?,
            Goal::Unsubscribe => self.unsubscribe()?,
            Goal::Undeploy => subscribe::undeploy(self.platform()?, &self.name()?)?,
            Goal::Status => status::status(self.platform()?, &self.name()?)?,
            Goal::Logs => logs::logs(self.platform()?, &self.application()?, &self.arguments.log)?,
            Goal::Bootstrap => {
                bootstrap::bootstrap(self.platform()?, &self.project()?, &self.name()?)?;
            }
        }
        Ok(())
    }

    fn platform(&self) -> Result<&Platform, Failure> {
        if let Some(platform) = self.platform.get() {
            return Ok(platform);
        }
        let account = Account::of(&self.arguments)?;
        Ok(self.platform.get_or_init(|| Platform::new(account)))
    }

    fn folder(&self) -> Result<PathBuf, ProjectError> {
        Project::folder(self.arguments.directory.as_deref())
    }

    fn project(&self) -> Result<Project, ProjectError> {
        let Arguments {
            directory,
            name,
            tag,
            ..
        } = &self.arguments;
        Project::find(directory.as_deref(), name.as_deref(), tag)
    }

    /// The package. Where it is named, and nobody says where, no manifest is needed.
    fn zip(&self) -> Result<PathBuf, ProjectError> {
        let Some(name) = &self.arguments.name else {
            return Ok(self.project()?.zip());
        };
        match self.folder() {
            Err(ProjectError::NoManifest(here)) => Ok(project::zip(&here, name)),
            folder => Ok(project::zip(&folder?, name)),
        }
    }

    /// The application's name.
    fn name(&self) -> Result<String, ProjectError> {
        let Arguments {
            application, name, ..
        } = &self.arguments;
        let named = application.as_ref().or(name.as_ref());
        named.map_or_else(|| Ok(self.project()?.name), |it| Ok(it.clone()))
    }

    fn application(&self) -> Result<Application, Failure> {
        let name = self.name()?;
        let application = self.platform()?.application(&name)?;
        application.ok_or(Failure::NotDeployed(name))
    }

    fn subscribe(&self) -> Result<(), Failure> {
        let id = match &self.arguments.application_id {
            Some(id) => id.clone(),
            None => self.application()?.id,
        };
        Ok(subscribe::subscribe(self.platform()?, &id)?)
    }

    fn unsubscribe(&self) -> Result<(), Failure> {
        let id = match &self.arguments.application_id {
            Some(id) => Some(id.clone()),
            None => self.platform()?.application(&self.name()?)?.map(|it| it.id),
        };
        Ok(subscribe::unsubscribe(self.platform()?, id.as_deref())?)
    }
}
