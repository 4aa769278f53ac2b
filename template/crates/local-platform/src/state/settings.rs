//! Settings of an application for a tenant: what the manifest declares, as options set it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::options::CREDENTIALS;
use super::{Application, Platform};

impl Platform {
    /// What the tenant's options, the owner's and the manifest's defaults make of the application's
    /// settings, in the clear and without the prefix that marks a secret.
    ///
    /// A tenant's own option counts where the setting is editable, or not declared at all; the
    /// owner's where the setting is inherited.
    pub(crate) fn settings(
        &self,
        application: &Application,
        tenant: &str,
    ) -> BTreeMap<String, String> {
        let category = application.settings_category();
        let options = |tenant: &str| self.tenant(tenant).ok().map(|tenant| &tenant.options);
        let own = options(tenant);
        let owners = options(&application.owner);
        let is_owner = tenant == application.owner;
        let mut settings: BTreeMap<&str, &str> = own
            .into_iter()
            .flat_map(|own| own.category(category))
            .collect();
        for declared in application.declared_settings() {
            let Some(key) = declared.get("key").and_then(Value::as_str) else {
                continue;
            };
            let flag = |name| declared.get(name).and_then(Value::as_bool) == Some(true);
            let own = own.filter(|_| is_owner || flag("editable"));
            let owners = owners.filter(|_| flag("inheritFromOwner"));
            let value = own
                .and_then(|own| own.get(category, key))
                .or_else(|| owners.and_then(|owners| owners.get(category, key)))
                .or_else(|| declared.get("defaultValue")?.as_str());
            match value {
                Some(value) => settings.insert(key, value),
                None => settings.remove(key),
            };
        }
        let settings = settings.into_iter().map(|(key, value)| {
            let key = key.strip_prefix(CREDENTIALS).unwrap_or(key);
            (key.to_owned(), value.to_owned())
        });
        settings.collect()
    }
}

impl Application {
    fn declared_settings(&self) -> impl Iterator<Item = &Value> {
        let manifest = self.fields.get("manifest");
        let settings = manifest.and_then(|manifest| manifest.get("settings")?.as_array());
        settings.into_iter().flatten()
    }
}
