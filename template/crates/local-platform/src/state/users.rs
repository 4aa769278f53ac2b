//! Users of a tenant: people, service users and bootstrap users.

use std::collections::BTreeSet;

use super::object::{merge, require, text, without};
use super::roles::role_references;
use super::time::now;
use super::{Caller, Fields, Id, Roles, Tenant, Time};
use crate::refusal::Refusal;

const AREA: &str = "user";
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=32;
const READ_ONLY: [&str; 12] = [
    "id",
    "self",
    "userName",
    "password",
    "roles",
    "groups",
    "applications",
    "enabled",
    "owner",
    "lastPasswordChange",
    "passwordStrength",
    "sendPasswordResetEmail",
];

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

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) roles: Roles,
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
            origin,
            enabled: true,
            password_changed: now(),
            profile: Fields::new(),
        }
    }
}

/// A user as a client asks for it.
pub(crate) struct NewUser {
    name: String,
    password: String,
    pub(crate) roles: BTreeSet<String>,
    enabled: bool,
    profile: Fields,
}

impl NewUser {
    pub(crate) fn parse(fields: Fields) -> Result<Self, Refusal> {
        require(&fields, &["email", "userName"])?;
        let name = text(&fields, "userName")?.unwrap_or_default().to_owned();
        if !is_user_name(&name) {
            return Err(Refusal::invalid(
                "userName has a space or one of / + $ :, or is empty",
            ));
        }
        text(&fields, "email")?;
        let password = match text(&fields, "password")? {
            Some(password) => checked_password(password)?,
            None if fields.get("sendPasswordResetEmail") == Some(&true.into()) => random_password(),
            None => {
                return Err(Refusal::invalid(
                    "password or sendPasswordResetEmail is needed",
                ));
            }
        };
        let roles = role_references(&fields);
        let enabled = fields.get("enabled") != Some(&false.into());
        Ok(Self {
            name,
            password,
            roles,
            enabled,
            profile: without(fields, &READ_ONLY),
        })
    }
}

pub(super) fn is_user_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || "/+$:".contains(c);
    !name.is_empty() && !name.contains(forbidden)
}

pub(super) fn checked_password(password: &str) -> Result<String, Refusal> {
    if PASSWORD_LENGTH.contains(&password.chars().count()) {
        Ok(password.to_owned())
    } else {
        Err(Refusal::invalid("password has to have 6 to 32 characters"))
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

    pub(crate) fn add_user(&mut self, new: NewUser) -> Result<&User, Refusal> {
        if self.users.contains_key(&new.name) {
            return Err(Refusal::conflict(
                AREA,
                format!("user {} exists already", new.name),
            ));
        }
        let roles = Roles::Some(new.roles);
        let mut user = User::new(&new.name, &new.password, roles, Origin::Tenant);
        user.enabled = new.enabled;
        user.profile = new.profile;
        Ok(self.users.entry(new.name).insert_entry(user).into_mut())
    }

    /// Changes a user's profile; password and e-mail address where they are the caller's own.
    pub(crate) fn update_user(
        &mut self,
        caller: &Caller,
        name: &str,
        update: Fields,
    ) -> Result<&User, Refusal> {
        let user = self.users.get_mut(name).ok_or_else(|| no_user(name))?;
        let password = text(&update, "password")?;
        // The address that is there changes nothing: clients write back what they have read.
        let email = text(&update, "email")?;
        let new_email = email.filter(|email| user.profile.get("email") != Some(&(*email).into()));
        if caller.user != name && (password.is_some() || new_email.is_some()) {
            return Err(Refusal::forbidden(
                "another user's password or email cannot be updated",
            ));
        }
        if let Some(password) = password {
            user.password = checked_password(password)?;
            user.password_changed = now();
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
        self.users.remove(name);
        Ok(())
    }

    pub(crate) fn assign_role(&mut self, name: &str, role: &str) -> Result<(), Refusal> {
        let user = self.users.get_mut(name).ok_or_else(|| no_user(name))?;
        if let Roles::Some(roles) = &mut user.roles {
            roles.insert(role.to_owned());
        }
        Ok(())
    }

    /// Takes a role from a user. One that held every role keeps all the others.
    pub(crate) fn unassign_role(
        &mut self,
        name: &str,
        role: &str,
        all: Vec<String>,
    ) -> Result<(), Refusal> {
        let user = self.users.get_mut(name).ok_or_else(|| no_user(name))?;
        let mut roles = match &user.roles {
            Roles::All => all.into_iter().collect(),
            Roles::Some(roles) => roles.clone(),
        };
        if !roles.remove(role) {
            return Err(Refusal::not_found(
                AREA,
                format!("role {role} of user {name}"),
            ));
        }
        user.roles = Roles::Some(roles);
        Ok(())
    }
}

fn no_user(name: &str) -> Refusal {
    Refusal::not_found(AREA, format!("user {name}"))
}
