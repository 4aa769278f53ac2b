//! Settings of an application for a tenant: what the manifest declares, as options set it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::refusal::Refusal;
use crate::state::tenants::options::{CREDENTIALS, Options, public};
use crate::state::{Application, Platform, Tenant};

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
        let options = |tenant: &str| {
            let options = self.tenant(tenant).ok().map(|tenant| &tenant.options);
            options
                .map(|it| in_the_clear(it, category))
                .unwrap_or_default()
        };
        let own = options(tenant);
        let is_owner = tenant == application.owner;
        let owners = options(&application.owner);
        let mut settings = own.clone();
        for declared in application.declared_settings() {
            let key = declared.key;
            let own = own
                .get(key)
                .filter(|_| is_owner || declared.is("editable", false));
            let owners = owners
                .get(key)
                .filter(|_| declared.is("inheritFromOwner", true));
            match own.or(owners).copied().or(declared.default()) {
                Some(value) => settings.insert(key, value),
                None => settings.remove(key),
            };
        }
        let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        settings.into_iter().map(owned).collect()
    }

    /// Refuses to let a tenant change an option that an application declares for it as not
    /// editable. The application's owner sets it for everyone.
    pub(crate) fn refuse_fixed(
        &self,
        tenant: &Tenant,
        category: &str,
        key: &str,
    ) -> Result<(), Refusal> {
        let subscribed = tenant.subscriptions.iter();
        let subscribed = subscribed.filter_map(|id| self.application(*id).ok());
        let mut others = subscribed.filter(|it| {
            it.owner != tenant.id && it.is_microservice() && it.settings_category() == category
        });
        let fixed = |application: &&Application| {
            let mut declared = application.declared_settings();
            declared.any(|it| it.key == public(key) && !it.is("editable", false))
        };
        match others.find(fixed) {
            None => Ok(()),
            Some(application) => Err(Refusal::forbidden(format!(
                "Access is denied: option {category}/{key} is not editable, application {} \
                 declares it so",
                application.name()
            ))),
        }
    }

    /// Readies the options of all tenants of an application for its new manifest. Nothing is
    /// changed where it is refused.
    pub(super) fn prepare_options(
        &mut self,
        before: &Application,
        after: &Application,
        clear_conflicting: bool,
    ) -> Result<(), Refusal> {
        let category = after.settings_category();
        if after.has_settings_in(category) && !before.has_settings_in(category) {
            self.take_category(after, clear_conflicting)?;
        }
        self.reset_options(after);
        Ok(())
    }

    /// Takes over a category. What is in it already goes, if it may.
    fn take_category(
        &mut self,
        application: &Application,
        clear_conflicting: bool,
    ) -> Result<(), Refusal> {
        let category = application.settings_category();
        for tenant in self.concerned(application) {
            if tenant.options.category(category).next().is_none() {
                continue;
            }
            if !clear_conflicting {
                let message = format!(
                    "category {category} has options in tenant {} already: choose another \
                     settingsCategory, or remove them with clearConflictingOptions=true",
                    tenant.id
                );
                return Err(Refusal::new(409, "application/Conflict", message));
            }
            tenant.options.clear(category);
        }
        Ok(())
    }

    /// An update takes away what tenants have set, where the manifest does not say otherwise.
    fn reset_options(&mut self, application: &Application) {
        let category = application.settings_category();
        let declared = application.declared_settings();
        let reset: Vec<&str> = declared.filter_map(|it| it.reset()).collect();
        for tenant in self.concerned(application) {
            for key in &reset {
                let secret = format!("{CREDENTIALS}{key}");
                tenant.options.remove(category, key);
                tenant.options.remove(category, &secret);
            }
        }
    }

    /// The tenants that have or use an application.
    fn concerned(&mut self, application: &Application) -> impl Iterator<Item = &mut Tenant> {
        let (id, owner) = (application.id, &application.owner);
        let all = self.tenants.values_mut();
        all.filter(move |tenant| tenant.id == *owner || tenant.subscriptions.contains(&id))
    }
}

/// The options of a category. A secret's key has lost its prefix.
fn in_the_clear<'a>(options: &'a Options, category: &str) -> BTreeMap<&'a str, &'a str> {
    let options = options.category(category);
    options.map(|(key, value)| (public(key), value)).collect()
}

/// A setting that a manifest declares.
struct Declared<'a> {
    key: &'a str,
    fields: &'a Value,
}

impl<'a> Declared<'a> {
    fn of(fields: &'a Value) -> Option<Self> {
        let key = public(fields.get("key")?.as_str()?);
        Some(Self { key, fields })
    }

    fn is(&self, flag: &str, default: bool) -> bool {
        let given = self.fields.get(flag).and_then(Value::as_bool);
        given.unwrap_or(default)
    }

    fn default(&self) -> Option<&'a str> {
        self.fields.get("defaultValue")?.as_str()
    }

    /// Its key, if an update of the microservice resets what tenants have set.
    fn reset(&self) -> Option<&'a str> {
        let resets = self.is("editable", false)
            && self.is("overwriteOnUpdate", true)
            && self.is("resetOnUpdate", true);
        resets.then_some(self.key)
    }
}

impl Application {
    fn has_settings_in(&self, category: &str) -> bool {
        self.declared_settings().next().is_some() && self.settings_category() == category
    }

    fn declared_settings(&self) -> impl Iterator<Item = Declared<'_>> {
        let settings = self.manifest("settings").and_then(Value::as_array);
        settings.into_iter().flatten().filter_map(Declared::of)
    }
}
