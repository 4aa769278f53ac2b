//! What the runtime writes down: the status of a microservice's instances, as a managed object in
//! the tenant that has the application, and a manifest that has changed.

use packaging::Manifest;
use serde_json::json;

use crate::refusal::Refusal;
use crate::state::{Application, Fields, Id, Platform};

impl Platform {
    /// Takes over another manifest of an application, with its roles and its context path. Name and
    /// key stay.
    pub(crate) fn apply_manifest(
        &mut self,
        id: Id,
        manifest: &Manifest,
    ) -> Result<Application, Refusal> {
        let name = self.application(id)?.name().to_owned();
        let update = json!({
            "contextPath": manifest.context_path(&name),
            "roles": manifest.roles,
            "requiredRoles": manifest.required_roles,
        });
        self.update_application(id, update.as_object().cloned().unwrap_or_default())?;
        if let Some(application) = self.applications.get_mut(&id) {
            let manifest = json!(manifest);
            application.fields.insert("manifest".to_owned(), manifest);
        }
        self.application(id).cloned()
    }

    /// Writes the status of an application down, over the one before.
    pub(crate) fn set_status(&mut self, id: Id, mut status: Fields) -> Result<(), Refusal> {
        let application = self.application(id)?;
        let owner = application.owner.clone();
        for (name, value) in [
            ("name", application.name().into()),
            ("applicationId", id.to_string().into()),
            ("applicationOwner", owner.as_str().into()),
            ("c8y_SupportedLogs", json!(["syslog"])),
            ("com_cumulocity_model_Agent", json!({})),
        ] {
            status.insert(name.to_owned(), value);
        }
        self.put_by_platform(&owner, &format!("c8y_Application_{id}"), status)
            .map(drop)
    }
}
