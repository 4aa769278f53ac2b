//! What the runtime writes down: the status of a microservice's instances, as a managed object in
//! the tenant that has the application, and a manifest that has changed.

use packaging::Manifest;
use serde_json::json;

use super::{Application, Caller, Fields, Id, InventoryFilter, Platform};
use crate::refusal::Refusal;

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
    pub(crate) fn set_status(&mut self, application: Id, status: Fields) -> Result<(), Refusal> {
        let application = self.application(application)?.clone();
        let caller = Caller::platform(&application.owner);
        let kind = format!("c8y_Application_{}", application.id);
        let filter = InventoryFilter {
            kind: Some(kind.clone()),
            ..InventoryFilter::default()
        };
        let owner = self.tenant(&application.owner)?;
        let there = owner.inventory.list(&caller, &filter);
        let there = there.first().map(|object| object.id.to_string());
        let fields = described(&application, kind, status);
        if let Some(id) = there {
            let owner = self.tenant_mut(&application.owner)?;
            return owner.inventory.update(&caller, &id, fields).map(drop);
        }
        let id = self.next_id();
        let owner = self.tenant_mut(&application.owner)?;
        owner.create_object(id, &caller, fields).map(drop)
    }
}

fn described(application: &Application, kind: String, mut fields: Fields) -> Fields {
    let logs = vec!["syslog".to_owned()];
    for (name, value) in [
        ("type", kind.into()),
        ("name", application.name().into()),
        ("applicationId", application.id.to_string().into()),
        ("applicationOwner", application.owner.as_str().into()),
        ("c8y_SupportedLogs", logs.into()),
        ("com_cumulocity_model_Agent", Fields::new().into()),
    ] {
        fields.insert(name.to_owned(), value);
    }
    fields
}
