//! Which tenants are subscribed to which applications, with the service users that come and go with
//! it.

use crate::refusal::Refusal;
use crate::state::users::random_password;
use crate::state::{Application, Id, Origin, Platform, Tenant, User};

/// A subscribed tenant with the service user in it. Not `Debug`: it holds a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) tenant: String,
    pub(crate) user: String,
    pub(crate) password: String,
}

impl Platform {
    /// Subscribes a tenant. A microservice gets a service user with new credentials and exactly the
    /// required roles.
    pub(crate) fn subscribe(&mut self, tenant: &str, application: Id) -> Result<(), Refusal> {
        let application = self.application(application)?.clone();
        let tenant = self.tenant_mut(tenant)?;
        if !tenant.subscriptions.insert(application.id) {
            let message = format!("tenant {} is subscribed already", tenant.id);
            return Err(Refusal::conflict("tenant", message));
        }
        if application.is_microservice() {
            let name = application.service_user();
            let roles = application.service_roles();
            let origin = Origin::Subscription(application.id);
            let password = random_password();
            let user = User::new(&name, &password, roles, origin);
            tenant.users.insert(name, user);
            self.given.insert(password);
        }
        Ok(())
    }

    /// Unsubscribes a tenant; its service user goes.
    pub(crate) fn unsubscribe(&mut self, tenant: &str, application: Id) -> Result<(), Refusal> {
        let application = self.application(application)?.clone();
        if self.tenant_mut(tenant)?.unsubscribe(&application) {
            Ok(())
        } else {
            let what = format!(
                "subscription of tenant {tenant} to application {}",
                application.id
            );
            Err(Refusal::not_found("tenant", what))
        }
    }

    /// The subscribed tenants of a microservice.
    pub(crate) fn subscriptions(&self, application: Id) -> Vec<Subscription> {
        self.tenants()
            .filter_map(|tenant| tenant.subscription(application))
            .collect()
    }

    pub(crate) fn is_subscribed(&self, tenant: &str, application: Id) -> bool {
        let tenant = self.tenant(tenant);
        tenant.is_ok_and(|tenant| tenant.subscriptions.contains(&application))
    }
}

impl Tenant {
    pub(super) fn unsubscribe(&mut self, application: &Application) -> bool {
        let was_subscribed = self.subscriptions.remove(&application.id);
        self.users
            .retain(|_, user| user.origin != Origin::Subscription(application.id));
        was_subscribed
    }

    pub(super) fn service_user_mut(&mut self, application: Id) -> Option<&mut User> {
        if !self.subscriptions.contains(&application) {
            return None;
        }
        let mut users = self.users.values_mut();
        users.find(|user| user.origin == Origin::Subscription(application))
    }

    pub(crate) fn subscription(&self, application: Id) -> Option<Subscription> {
        if !self.subscriptions.contains(&application) {
            return None;
        }
        let user = self
            .users
            .values()
            .find(|user| user.origin == Origin::Subscription(application))?;
        Some(Subscription {
            tenant: self.id.clone(),
            user: user.name.clone(),
            password: user.password.clone(),
        })
    }
}
