//! Users as clients ask for them.

use std::collections::BTreeSet;

use super::groups::group_references;
use super::roles::role_references;
use super::{READ_ONLY, random_password};
use crate::refusal::Refusal;
use crate::state::object::{require, secret, text, without};
use crate::state::{Caller, Fields, GroupId, Origin, Platform, Roles, Tenant, User};

const TEXTS: [&str; 5] = ["displayName", "email", "firstName", "lastName", "phone"];
const FLAGS: [&str; 2] = ["enabled", "newsletter"];
const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 6..=32;

/// A user as a client asks for it.
pub(crate) struct NewUser {
    pub(crate) name: String,
    password: String,
    roles: BTreeSet<String>,
    groups: Vec<GroupId>,
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
        check_profile(&fields)?;
        let password = match secret(&fields, "password")? {
            Some(password) => checked_password(password)?,
            None if fields.get("sendPasswordResetEmail") == Some(&true.into()) => random_password(),
            None => {
                return Err(Refusal::invalid(
                    "password or sendPasswordResetEmail is needed",
                ));
            }
        };
        let roles = role_references(&fields);
        let groups = group_references(&fields);
        let enabled = fields.get("enabled") != Some(&false.into());
        Ok(Self {
            name,
            password,
            roles,
            groups,
            enabled,
            profile: without(fields, &READ_ONLY),
        })
    }
}

/// Refuses a profile whose fields are of other types than the platform's.
pub(super) fn check_profile(fields: &Fields) -> Result<(), Refusal> {
    for name in TEXTS {
        text(fields, name)?;
    }
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    for name in FLAGS {
        if given(name).is_some_and(|value| !value.is_boolean()) {
            let message = format!("{name} is neither true nor false");
            return Err(Refusal::invalid(message));
        }
    }
    match given("customProperties") {
        Some(value) if !value.is_object() => Err(Refusal::invalid("customProperties is no object")),
        _ => Ok(()),
    }
}

pub(in crate::state) fn is_user_name(name: &str) -> bool {
    let forbidden = |c: char| c.is_whitespace() || "/+$:".contains(c);
    !name.is_empty() && !name.contains(forbidden)
}

pub(in crate::state) fn checked_password(password: &str) -> Result<String, Refusal> {
    if PASSWORD_LENGTH.contains(&password.chars().count()) {
        Ok(password.to_owned())
    } else {
        Err(Refusal::invalid("password has to have 6 to 32 characters"))
    }
}

impl Platform {
    /// Makes a user. One made by somebody who manages only their own users belongs to them.
    pub(crate) fn add_user(
        &mut self,
        tenant: &str,
        caller: &Caller,
        new: NewUser,
    ) -> Result<(), Refusal> {
        let own = self.tenant(tenant)?;
        for role in &new.roles {
            self.may_assign(own, caller, role)?;
        }
        for group in &new.groups {
            self.may_assign_group(own, caller, *group)?;
        }
        self.tenant_mut(tenant)?.add_user(caller, new)
    }
}

impl Tenant {
    fn add_user(&mut self, caller: &Caller, new: NewUser) -> Result<(), Refusal> {
        if self.users.contains_key(&new.name) {
            let message = format!("user {} exists already", new.name);
            return Err(Refusal::conflict("user", message));
        }
        let mut user = User::new(
            &new.name,
            &new.password,
            Roles::of(new.roles),
            Origin::Tenant,
        );
        user.groups = new.groups;
        user.enabled = new.enabled;
        user.profile = new.profile;
        user.owner = (!caller.manages_all_users()).then(|| caller.user.clone());
        self.users.insert(new.name, user);
        Ok(())
    }
}
