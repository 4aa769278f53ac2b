//! All applications, and the bootstrap user of those that are microservices.

pub(super) mod application;
pub(super) mod package;
mod settings;
mod status;
pub(super) mod subscriptions;
pub(super) mod uploads;
pub(super) mod visibility;

use super::object::{merge, without};
use super::users::random_password;
use super::{Application, Fields, Id, NewApplication, Origin, Platform, Roles, User};
use crate::refusal::Refusal;
use application::{READ_ONLY, complete};

const AREA: &str = "application";

impl Platform {
    pub(crate) fn application(&self, id: Id) -> Result<&Application, Refusal> {
        self.applications.get(&id).ok_or_else(|| no_application(id))
    }

    /// The microservice that the gateway finds under a context path.
    pub(crate) fn microservice_at(&self, context_path: &str) -> Option<&Application> {
        let id = self.context_paths.get(context_path)?;
        self.applications.get(id)
    }

    /// Registers an application for a tenant. A microservice gets its bootstrap user with it.
    pub(crate) fn create_application(
        &mut self,
        owner: &str,
        new: NewApplication,
    ) -> Result<&Application, Refusal> {
        let mut application = Application::new(0, owner, new);
        self.refuse_taken(&application)?;
        application.id = self.next_id();
        if application.is_microservice() {
            self.add_bootstrap_user(&application, &random_password())?;
        }
        Ok(self.put(application))
    }

    /// Keeps an application, in the place of an earlier state of it.
    fn put(&mut self, application: Application) -> &Application {
        self.forget_context_path(application.id);
        if application.is_microservice() {
            let path = application.context_path().to_owned();
            self.context_paths.insert(path, application.id);
        }
        let entry = self.applications.entry(application.id);
        entry.insert_entry(application).into_mut()
    }

    fn forget_context_path(&mut self, id: Id) {
        let path = self.applications.get(&id).map(Application::context_path);
        if path.is_some_and(|path| self.context_paths.get(path) == Some(&id)) {
            self.context_paths.remove(path.unwrap_or_default());
        }
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
        let none = Roles::default();
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
        updated.activate(&update)?;
        // Its users are named after it, and its type decides whether it has any. A microservice's
        // manifest comes with an upload.
        let mut update = without(without(update, &READ_ONLY), &["name", "type"]);
        if updated.is_microservice() {
            update.remove("manifest");
        }
        merge(&mut updated.fields, update);
        updated.fields = complete(updated.fields)?;
        self.replace_application(updated)
    }

    /// Takes over an application's new state. Its service users get the roles that it requires now.
    fn replace_application(&mut self, updated: Application) -> Result<&Application, Refusal> {
        self.refuse_taken(&updated)?;
        let roles = updated.service_roles();
        for tenant in self.tenants.values_mut() {
            if let Some(user) = tenant.service_user_mut(updated.id) {
                user.roles = roles.clone();
            }
        }
        Ok(self.put(updated))
    }

    /// Deletes an application with its users, its owner's subscription included. Those of other
    /// tenants end only by force.
    pub(crate) fn delete_application(&mut self, id: Id, force: bool) -> Result<(), Refusal> {
        let application = self.application(id)?.clone();
        if !force {
            self.refuse_subscribed(&application)?;
        }
        for tenant in self.tenants.values_mut() {
            tenant.unsubscribe(&application);
        }
        self.forget_context_path(id);
        self.applications.remove(&id);
        // An application of another type may have the same name: its users stay.
        let users = &mut self.tenant_mut(&application.owner)?.users;
        users.retain(|_, user| user.origin != Origin::Bootstrap(id));
        Ok(())
    }

    fn refuse_subscribed(&self, application: &Application) -> Result<(), Refusal> {
        let mut tenants = self.tenants().filter(|tenant| {
            tenant.id != application.owner && tenant.subscriptions.contains(&application.id)
        });
        let Some(first) = tenants.next() else {
            return Ok(());
        };
        let message = match tenants.count() {
            0 => format!("tenant {} is subscribed", first.id),
            others => format!("tenant {} and {others} others are subscribed", first.id),
        };
        let message = format!("{message}: unsubscribe first, or delete with force=true");
        Err(Refusal::new(409, "application/Conflict", message))
    }
}

fn no_application(id: impl std::fmt::Display) -> Refusal {
    Refusal::not_found(AREA, format!("application {id}"))
}
