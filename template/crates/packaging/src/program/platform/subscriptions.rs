//! Subscriptions of the tenant to an application.

use serde_json::json;

use super::applications::was_there;
use super::{CallError, Platform, Step, encoded};

const ADMIN: &str = "ROLE_APPLICATION_MANAGEMENT_ADMIN";

impl Platform {
    /// Subscribes the tenant, and says whether it was not subscribed until now.
    pub(in super::super) fn subscribe(&self, id: &str) -> Result<bool, CallError> {
        let tenant = self.tenant()?;
        let step = Step::new(format!(
            "subscribe the tenant {tenant} to the application {id}"
        ))
        .role(ADMIN)
        .hint(
            404,
            format!("check the tenant (-te {tenant}) and the application's ID ({id})"),
        );
        let path = format!("/tenant/tenants/{}/applications", encoded(tenant));
        let body = json!({"application": {"id": id}});
        match self.call(step, "POST", &path, Some(&body)) {
            Ok(_) => Ok(true),
            Err(error) if error.status() == Some(409) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Ends the tenant's subscription, and says whether there was one until now.
    pub(in super::super) fn unsubscribe(&self, id: &str) -> Result<bool, CallError> {
        let tenant = self.tenant()?;
        let doing = format!("end the subscription of the tenant {tenant} to the application {id}");
        let step = Step::new(doing).role(ADMIN);
        let path = format!(
            "/tenant/tenants/{}/applications/{}",
            encoded(tenant),
            encoded(id)
        );
        was_there(self.call(step, "DELETE", &path, None).map(drop))
    }
}
