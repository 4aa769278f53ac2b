//! Applications, and the bootstrap user of those that are microservices.

use packaging::Manifest;
use serde_json::{Value, json};

use super::object::{merge, present, require, text, without};
use super::users::random_password;
use super::{Caller, Fields, Id, Origin, Platform, Roles, User};
use crate::refusal::Refusal;

const AREA: &str = "application";
const TYPES: [&str; 3] = ["EXTERNAL", "HOSTED", "MICROSERVICE"];
const READ_ONLY: [&str; 5] = ["id", "self", "owner", "activeVersionId", "manifest"];

/// The type of an application that the platform runs.
const MICROSERVICE: &str = "MICROSERVICE";

/// An application.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) id: Id,
    /// The tenant that has it.
    pub(crate) owner: String,
    /// `name`, `key`, `type` and whatever else its author gave.
    pub(crate) fields: Fields,
}

impl Application {
    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    pub(crate) fn key(&self) -> &str {
        self.text("key")
    }

    pub(crate) fn kind(&self) -> &str {
        self.text("type")
    }

    pub(crate) fn context_path(&self) -> &str {
        self.text("contextPath")
    }

    pub(crate) fn is_public(&self) -> bool {
        self.text("availability") == "MARKET"
    }

    pub(crate) fn is_microservice(&self) -> bool {
        self.kind() == MICROSERVICE
    }

    /// The roles that it brings for tenant users.
    pub(crate) fn roles(&self) -> Vec<String> {
        self.list("roles")
    }

    /// The category of the tenant options that configure it: the first of these that is not blank.
    pub(crate) fn settings_category(&self) -> &str {
        let given = self.fields.get("manifest");
        let given = given.and_then(|manifest| manifest.get("settingsCategory")?.as_str());
        let candidates = [given.unwrap_or_default(), self.context_path()];
        let mut candidates = candidates.into_iter();
        let category = candidates.find(|category| !category.trim().is_empty());
        category.unwrap_or(self.name())
    }

    /// What its service users hold: exactly the required roles.
    pub(crate) fn service_roles(&self) -> Roles {
        Roles::Some(self.list("requiredRoles").into_iter().collect())
    }

    pub(crate) fn service_user(&self) -> String {
        format!("service_{}", self.name())
    }

    pub(crate) fn bootstrap_user(&self) -> String {
        format!("servicebootstrap_{}", self.name())
    }

    /// What two applications may not both have, and these two do.
    fn shared_with(&self, other: &Self) -> Option<&'static str> {
        let of_one_type = self.kind() == other.kind();
        if self.key() == other.key() {
            Some("key")
        } else if of_one_type && self.name() == other.name() {
            Some("name")
        } else if of_one_type
            && self.is_microservice()
            && self.context_path() == other.context_path()
        {
            Some("context path")
        } else {
            None
        }
    }

    fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn list(&self, name: &str) -> Vec<String> {
        let items = self
            .fields
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }
}

/// An application as a client, or a manifest, asks for it.
pub(crate) struct NewApplication(Fields);

impl NewApplication {
    pub(crate) fn parse(fields: Fields) -> Result<Self, Refusal> {
        complete(without(fields, &READ_ONLY)).map(Self)
    }

    /// The application of a manifest, with the key that the platform's own tool gives.
    pub(crate) fn from_manifest(manifest: &Manifest, name: &str) -> Self {
        let fields = json!({
            "name": name,
            "key": format!("{name}-microservice-key"),
            "type": MICROSERVICE,
            "contextPath": manifest.context_path(name),
            "availability": "PRIVATE",
            "manifest": manifest,
            "roles": manifest.roles,
            "requiredRoles": manifest.required_roles,
        });
        Self(fields.as_object().cloned().unwrap_or_default())
    }
}

/// Checks an application, new or changed, and adds what it has unless given.
fn complete(fields: Fields) -> Result<Fields, Refusal> {
    let mut fields = present(fields);
    require(&fields, &["key", "name", "type"])?;
    for name in ["key", "name", "type", "contextPath", "availability"] {
        text(&fields, name)?;
    }
    let kind = text(&fields, "type")?.unwrap_or_default();
    if !TYPES.contains(&kind) {
        let types = TYPES.join(", ");
        return Err(Refusal::invalid(format!("type has to be one of {types}")));
    }
    if kind == MICROSERVICE {
        let name = fields.get("name").cloned().unwrap_or_default();
        fields.entry("contextPath").or_insert(name);
    }
    let availability = fields.entry("availability");
    availability.or_insert_with(|| "PRIVATE".into());
    Ok(fields)
}

impl Platform {
    pub(crate) fn application(&self, id: Id) -> Result<&Application, Refusal> {
        self.applications.get(&id).ok_or_else(|| no_application(id))
    }

    /// An application that the caller's tenant has, is subscribed to, or finds on the market.
    pub(crate) fn visible_application(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<&Application, Refusal> {
        let application = self.application(id)?;
        if self.sees(&caller.tenant, application) {
            Ok(application)
        } else {
            Err(no_application(id))
        }
    }

    pub(crate) fn visible_applications(&self, caller: &Caller) -> Vec<&Application> {
        let all = self.applications.values();
        all.filter(|application| self.sees(&caller.tenant, application))
            .collect()
    }

    fn sees(&self, tenant: &str, application: &Application) -> bool {
        let subscribed = |tenant: &super::Tenant| tenant.subscriptions.contains(&application.id);
        application.owner == tenant
            || application.is_public()
            || self.tenant(tenant).is_ok_and(subscribed)
    }

    /// The microservice that the gateway finds under a context path.
    pub(crate) fn microservice_at(&self, context_path: &str) -> Option<&Application> {
        self.applications.values().find(|application| {
            application.is_microservice() && application.context_path() == context_path
        })
    }

    /// Registers an application for a tenant. A microservice gets its bootstrap user with it.
    pub(crate) fn create_application(
        &mut self,
        owner: &str,
        new: NewApplication,
    ) -> Result<&Application, Refusal> {
        let application = Application {
            id: 0,
            owner: owner.to_owned(),
            fields: new.0,
        };
        self.refuse_taken(&application)?;
        let application = Application {
            id: self.next_id(),
            ..application
        };
        if application.is_microservice() {
            self.add_bootstrap_user(&application, &random_password())?;
        }
        Ok(self
            .applications
            .entry(application.id)
            .insert_entry(application)
            .into_mut())
    }

    /// Keys are unique on the platform, names within a type, and context paths among microservices,
    /// which the gateway finds by them.
    fn refuse_taken(&self, new: &Application) -> Result<(), Refusal> {
        let mut others = self.applications.values().filter(|it| it.id != new.id);
        let taken = others.find_map(|other| other.shared_with(new).map(|what| (other.id, what)));
        match taken {
            None => Ok(()),
            Some((id, what)) => {
                let message = format!("application {id} has this {what} already");
                Err(Refusal::conflict(AREA, message))
            }
        }
    }

    pub(crate) fn add_bootstrap_user(
        &mut self,
        application: &Application,
        password: &str,
    ) -> Result<(), Refusal> {
        let name = application.bootstrap_user();
        let none = Roles::Some([].into());
        let user = User::new(&name, password, none, Origin::Bootstrap(application.id));
        self.tenant_mut(&application.owner)?
            .users
            .insert(name, user);
        Ok(())
    }

    /// The bootstrap user of a microservice.
    pub(crate) fn bootstrap_user(&self, application: &Application) -> Result<&User, Refusal> {
        if !application.is_microservice() {
            let message = format!("application {} is no microservice", application.id);
            return Err(Refusal::new(400, "application/Bad Request", message));
        }
        self.tenant(&application.owner)?
            .user(&application.bootstrap_user())
    }

    pub(crate) fn update_application(
        &mut self,
        id: Id,
        update: Fields,
    ) -> Result<&Application, Refusal> {
        let mut updated = self.application(id)?.clone();
        // Its users are named after it, and its type decides whether it has any.
        merge(
            &mut updated.fields,
            without(without(update, &READ_ONLY), &["name", "type"]),
        );
        updated.fields = complete(updated.fields)?;
        self.refuse_taken(&updated)?;
        let roles = updated.service_roles();
        for tenant in self.tenants.values_mut() {
            if let Some(user) = tenant.service_user_mut(id) {
                user.roles = roles.clone();
            }
        }
        Ok(self.applications.entry(id).insert_entry(updated).into_mut())
    }

    /// Deletes an application with its subscriptions and users.
    pub(crate) fn delete_application(&mut self, id: Id) -> Result<(), Refusal> {
        let application = self
            .applications
            .remove(&id)
            .ok_or_else(|| no_application(id))?;
        for tenant in self.tenants.values_mut() {
            tenant.unsubscribe(&application);
        }
        self.tenant_mut(&application.owner)?
            .users
            .remove(&application.bootstrap_user());
        Ok(())
    }
}

fn no_application(id: Id) -> Refusal {
    Refusal::not_found(AREA, format!("application {id}"))
}
