//! The goal `logs`: what the instances have logged.

use super::arguments::LogOptions;
use super::platform::{Application, CallError, Instances, Platform};
use super::say;

/// Shows the log of one instance, or of all, each under its name where there are several.
pub(super) fn logs(
    platform: &Platform,
    application: &Application,
    options: &LogOptions,
) -> Result<(), CallError> {
    let names = match &options.instance {
        Some(instance) => vec![instance.clone()],
        None => names(platform, application)?,
    };
    if names.is_empty() {
        say(&format!("No instance of {} runs", application.name));
    }
    for name in &names {
        let log = platform.log(application, name, options.since.as_deref())?;
        if names.len() > 1 {
            say(&format!("== {name}"));
        }
        say(log.trim_end_matches('\n'));
    }
    Ok(())
}

fn names(platform: &Platform, application: &Application) -> Result<Vec<String>, CallError> {
    let instances = platform.instances(application)?;
    let names = instances.iter().flat_map(Instances::names);
    Ok(names.map(str::to_owned).collect())
}
