//! Users of a tenant: people, service users and bootstrap users.

pub(super) mod caller;
pub(super) mod groups;
pub(super) mod hierarchy;
pub(super) mod new_user;
pub(super) mod roles;
pub(super) mod tokens;
mod two_factor;

use super::object::{merge, secret, text, without};
use super::{Caller, Fields, GroupId, Id, Roles, Tenant, Time, now};
use crate::refusal::Refusal;
use new_user::{check_profile, checked_password};
use two_factor::TwoFactor;

const AREA: &str = "user";
/// What the names of devices' users begin with.
const DEVICE: &str = "device_";
/// What is no part of the profile that clients store.
const READ_ONLY: [&str; 18] = [
    "id",
    "self",
    "userName",
    "password",
    "roles",
    "groups",
    "applications",
    "enabled",
    "delegatedBy",
    "devicePermissions",
    "effectiveRoles",
    "owner",
    "shouldResetPassword",
    "subusersCount",
    "twoFactorAuthenticationEnabled",
    "lastPasswordChange",
    "passwordStrength",
    "sendPasswordResetEmail",
];

/// Whether a name is that of a user that the platform makes for a device.
pub(crate) fn is_device_user(name: &str) -> bool {
    name.starts_with(DEVICE)
}

/// Where a user comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Made by the tenant.
    Tenant,
    /// Made by subscribing the tenant to this application: its service user.
    Subscription(Id),
    /// Made with this application, for its bootstrap.
    Bootstrap(Id),
}

/// A user. Not `Debug`: it holds a password and the secret of a second factor.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    /// Its own roles, beside those of its groups.
    pub(crate) roles: Roles,
    pub(crate) groups: Vec<GroupId>,
    /// The user above it in a hierarchy.
    pub(crate) owner: Option<String>,
    pub(crate) delegated_by: Option<String>,
    pub(crate) two_factor: Option<Box<TwoFactor>>,
    pub(crate) origin: Origin,
    pub(crate) enabled: bool,
    pub(crate) password_changed: Time,
    /// E-mail address, names, phone, custom properties: whatever clients store.
    pub(crate) profile: Fields,
}

impl User {
    pub(crate) fn new(name: &str, password: &str, roles: Roles, origin: Origin) -> Self {
        Self {
            name: name.to_owned(),
            password: password.to_owned(),
            roles,
            groups: Vec::new(),
            owner: None,
            delegated_by: None,
            two_factor: None,
            origin,
            enabled: true,
            password_changed: now(),
            profile: Fields::new(),
        }
    }

    /// Sets another password, a checked one. It ends all tokens given out before.
    pub(super) fn set_password(&mut self, password: String) {
        self.password = password;
        self.password_changed = now();
    }
}

/// A password nobody chose: for service users, and for people who get theirs by e-mail.
pub(crate) fn random_password() -> String {
    std::iter::repeat_with(fastrand::alphanumeric)
        .take(32)
        .collect()
}

impl Tenant {
    pub(crate) fn user(&self, name: &str) -> Result<&User, Refusal> {
        self.users.get(name).ok_or_else(|| no_user(name))
    }

    fn user_mut(&mut self, name: &str) -> Result<&mut User, Refusal> {
        self.users.get_mut(name).ok_or_else(|| no_user(name))
    }

    /// Changes a user's profile; password and e-mail address where they are the caller's own.
    pub(crate) fn update_user(
        &mut self,
        caller: &Caller,
        name: &str,
        update: Fields,
    ) -> Result<&User, Refusal> {
        check_profile(&update)?;
        let user = self.user_mut(name)?;
        let password = secret(&update, "password")?;
        // The address that is there changes nothing: clients write back what they have read.
        let email = text(&update, "email")?;
        let new_email = email.filter(|email| user.profile.get("email") != Some(&(*email).into()));
        if caller.user != name && (password.is_some() || new_email.is_some()) {
            return Err(Refusal::forbidden(
                "another user's password or email cannot be updated",
            ));
        }
        if let Some(password) = password {
            user.set_password(checked_password(password)?);
        }
        if let Some(enabled) = update.get("enabled").and_then(serde_json::Value::as_bool) {
            user.enabled = enabled;
        }
        let mut update = without(update, &READ_ONLY);
        // Every user has an address: `null` does not take it away.
        update.retain(|name, value| name != "email" || !value.is_null());
        merge(&mut user.profile, update);
        Ok(user)
    }

    /// Changes a user's password, for whoever knows the one until now.
    pub(crate) fn change_password(
        &mut self,
        name: &str,
        current: &str,
        new: &str,
    ) -> Result<(), Refusal> {
        let user = self.user_mut(name)?;
        if user.password != current {
            return Err(Refusal::invalid("currentUserPassword is wrong"));
        }
        user.set_password(checked_password(new)?);
        Ok(())
    }

    /// Deletes a user that the tenant has made. Those of an application go with it, or with the
    /// subscription.
    pub(crate) fn remove_user(&mut self, caller: &Caller, name: &str) -> Result<(), Refusal> {
        if caller.user == name {
            return Err(Refusal::forbidden("the current user cannot be deleted"));
        }
        if self.user(name)?.origin != Origin::Tenant {
            let message = format!("user {name} belongs to an application");
            return Err(Refusal::forbidden(message));
        }
        self.forget_user(name);
        Ok(())
    }

    /// Takes a user out of everything that knows it.
    pub(super) fn forget_user(&mut self, name: &str) {
        self.users.remove(name);
        for user in self.users.values_mut() {
            user.owner.take_if(|owner| owner == name);
            user.delegated_by.take_if(|delegate| delegate == name);
        }
    }

    pub(crate) fn assign_role(&mut self, name: &str, role: &str) -> Result<(), Refusal> {
        let user = self.user_mut(name)?;
        user.roles.insert(role);
        Ok(())
    }

    /// Takes a role from a user. One that held every role keeps all the others.
    pub(crate) fn unassign_role(
        &mut self,
        name: &str,
        role: &str,
        all: Vec<String>,
    ) -> Result<(), Refusal> {
        let user = self.user_mut(name)?;
        if !user.roles.remove(role, all) {
            return Err(Refusal::not_found(
                AREA,
                format!("role {role} of user {name}"),
            ));
        }
        Ok(())
    }
}

fn no_user(name: &str) -> Refusal {
    Refusal::not_found(AREA, format!("user {name}"))
}
