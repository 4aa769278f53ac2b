//! The goals `subscribe`, `unsubscribe` and `undeploy`: each is fine where there is nothing to do.

use super::platform::{CallError, Platform};
use super::say;

/// Subscribes the tenant to an application.
pub(super) fn subscribe(platform: &Platform, id: &str) -> Result<(), CallError> {
    let is_new = platform.subscribe(id)?;
    let tenant = platform.tenant()?;
    let already = if is_new { "" } else { " already" };
    say(&format!("Tenant {tenant} is subscribed{already}"));
    Ok(())
}

/// Ends the tenant's subscription to an application, where there is one.
pub(super) fn unsubscribe(platform: &Platform, id: Option<&str>) -> Result<(), CallError> {
    let was_subscribed = id.map_or(Ok(false), |id| platform.unsubscribe(id))?;
    let tenant = platform.tenant()?;
    let any_more = if was_subscribed { "any more" } else { "anyway" };
    say(&format!("Tenant {tenant} is not subscribed {any_more}"));
    Ok(())
}

/// Deletes an application.
pub(super) fn undeploy(platform: &Platform, name: &str) -> Result<(), CallError> {
    let deleted = match platform.application(name)? {
        Some(application) => platform.delete_application(&application)?,
        None => false,
    };
    let text = if deleted { "Deleted" } else { "There is no" };
    say(&format!("{text} application {name}"));
    Ok(())
}
