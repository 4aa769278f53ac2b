//! The goal `bootstrap`: registers the application for local development, and writes what a service
//! needs to be one of a real tenant into `.env`.

use std::path::Path;
use std::process::{Command, Stdio};

use packaging::{Isolation, Manifest};
use secrecy::ExposeSecret;

use super::account::Credentials;
use super::deploy::find_or_create;
use super::environment_file::{self, EnvironmentFileError};
use super::platform::{Application, CallError, Platform};
use super::project::Project;
use super::{say, subscribe};

/// Registers the application, subscribes the tenant and writes `.env`.
pub(super) fn bootstrap(
    platform: &Platform,
    project: &Project,
    name: &str,
) -> Result<(), BootstrapError> {
    refuse_unless_ignored(&project.folder)?;
    let application = register(platform, name, &project.manifest)?;
    subscribe::subscribe(platform, &application.id)?;
    let bootstrap_user = platform.bootstrap_user(&application)?;
    let isolation = project.manifest.isolation;
    let mut variables = variables(platform, &application, isolation, &bootstrap_user);
    if isolation == Isolation::PerTenant {
        let service_user = service_user(platform, bootstrap_user)?;
        variables.extend(user(
            ["C8Y_TENANT", "C8Y_USER", "C8Y_PASSWORD"],
            &service_user,
        ));
    }
    let path = environment_file::write(&project.folder, &variables)?;
    say(&format!(
        "Wrote {}; run starts the service with it",
        path.display()
    ));
    Ok(())
}

/// The application with the manifest's roles, so that the service user has them here as well.
fn register(
    platform: &Platform,
    name: &str,
    manifest: &Manifest,
) -> Result<Application, CallError> {
    let application = find_or_create(platform, name, manifest)?;
    let is_current = application.roles == manifest.roles
        && application.required_roles == manifest.required_roles;
    if !is_current {
        platform.update_roles(&application, manifest)?;
        say(&format!("Updated the roles of application {name}"));
    }
    Ok(application)
}

fn service_user(
    platform: &Platform,
    bootstrap_user: Credentials,
) -> Result<Credentials, BootstrapError> {
    let tenant = platform.tenant()?;
    let mut users = platform.service_users(bootstrap_user)?.into_iter();
    let own = users.find(|user| user.tenant.as_deref() == Some(tenant));
    own.ok_or_else(|| BootstrapError::NoServiceUser(tenant.to_owned()))
}

fn variables(
    platform: &Platform,
    application: &Application,
    isolation: Isolation,
    bootstrap_user: &Credentials,
) -> Vec<(&'static str, String)> {
    let names = [
        "C8Y_BOOTSTRAP_TENANT",
        "C8Y_BOOTSTRAP_USER",
        "C8Y_BOOTSTRAP_PASSWORD",
    ];
    let mut variables = vec![
        ("C8Y_BASEURL", platform.address().to_string()),
        ("C8Y_MICROSERVICE_ISOLATION", isolation.as_str().to_owned()),
        ("APPLICATION_NAME", application.name.clone()),
        ("APPLICATION_KEY", application.key.clone()),
    ];
    variables.extend(user(names, bootstrap_user));
    variables
}

/// A user as three variables. This is where its password goes into a file that the owner alone
/// reads.
fn user(names: [&'static str; 3], user: &Credentials) -> [(&'static str, String); 3] {
    let [tenant, name, password] = names;
    [
        (tenant, user.tenant.clone().unwrap_or_default()),
        (name, user.user.clone()),
        (password, user.password.expose_secret().to_owned()),
    ]
}

/// Git has to ignore `.env`. Where there is no git, or no repository, nothing can be committed.
fn refuse_unless_ignored(folder: &Path) -> Result<(), BootstrapError> {
    const NOT_IGNORED: i32 = 1;
    let mut git = Command::new("git");
    git.args(["check-ignore", "--quiet", environment_file::NAME])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let status = git.status();
    if status.is_ok_and(|status| status.code() == Some(NOT_IGNORED)) {
        return Err(BootstrapError::NotIgnored(folder.display().to_string()));
    }
    Ok(())
}

/// Why the application is not registered.
#[derive(Debug, thiserror::Error)]
pub(super) enum BootstrapError {
    #[error(
        "git does not ignore .env in {0}, and passwords would get into the repository; nothing was done\n  add the line .env to .gitignore (and where git has the file already: git rm --cached .env)"
    )]
    NotIgnored(String),
    #[error(
        "the platform has no service user for tenant {0} yet\n  run the goal again in a moment"
    )]
    NoServiceUser(String),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    File(#[from] EnvironmentFileError),
}
