//! The goal `status`: what is deployed, what of it runs, and who is subscribed.

use super::platform::{Application, CallError, Instances, Platform};
use super::say;

/// Shows the status of an application.
pub(super) fn status(platform: &Platform, name: &str) -> Result<(), CallError> {
    let Some(application) = platform.application(name)? else {
        say(&format!(
            "There is no application {name}: it is not deployed"
        ));
        return Ok(());
    };
    let instances = platform.instances(&application)?;
    let version = application.version().unwrap_or("none, nothing is uploaded");
    say(&format!("Application  {name} (id {})", application.id));
    say(&format!("Version      {version}"));
    say(&format!("Instances    {}", numbers(instances.as_ref())));
    for instance in instances.iter().flat_map(Instances::names) {
        say(&format!("             {instance}"));
    }
    say(&format!(
        "Subscribed   {}",
        subscribed(platform, &application)?
    ));
    Ok(())
}

fn numbers(instances: Option<&Instances>) -> String {
    let Some(Instances {
        status, details, ..
    }) = instances
    else {
        return "none was started".to_owned();
    };
    let status = status.as_deref().unwrap_or("unknown");
    format!(
        "{status}: {} desired, {} active, {} restarts",
        details.desired, details.active, details.restarts
    )
}

/// The subscribed tenants. Only the bootstrap user is told all of them, and not every user may ask
/// for it.
fn subscribed(platform: &Platform, application: &Application) -> Result<String, CallError> {
    let users = platform.bootstrap_user(application);
    let users = users.and_then(|user| platform.service_users(user));
    match users {
        Ok(users) if users.is_empty() => Ok("no tenant".to_owned()),
        Ok(users) => {
            let tenants = users.into_iter().filter_map(|user| user.tenant);
            Ok(tenants.collect::<Vec<_>>().join(", "))
        }
        Err(error) if error.status() == Some(403) => Ok("not for this user to see".to_owned()),
        Err(error) => Err(error),
    }
}
