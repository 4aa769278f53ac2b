//! Who is above whom: users that belong to other users.

use crate::refusal::Refusal;
use crate::state::{Caller, Tenant, User};

/// Manages the users below its holder, and no others.
const CREATE: &str = "ROLE_USER_MANAGEMENT_CREATE";

/// How one user stands to another.
#[derive(Clone, Copy)]
pub(crate) enum Superior {
    Owner,
    Delegate,
}

impl Tenant {
    /// Whether `below` belongs to `above`, directly or through others.
    fn is_above(&self, above: &str, below: &str) -> bool {
        let owner = |name: &str| self.users.get(name)?.owner.as_deref();
        std::iter::successors(owner(below), |name| owner(name)).any(|name| name == above)
    }

    /// Whether a caller may work on a user: by one of these roles on anyone, by
    /// `ROLE_USER_MANAGEMENT_CREATE` on those below.
    pub(crate) fn reaches(&self, caller: &Caller, any_of: &[&str], user: &User) -> bool {
        let below = || caller.has_any(&[CREATE]) && self.is_above(&caller.user, &user.name);
        caller.has_any(any_of) || below()
    }

    /// The user, for a caller who may work on it.
    pub(crate) fn user_for(
        &self,
        caller: &Caller,
        any_of: &[&str],
        name: &str,
    ) -> Result<&User, Refusal> {
        // Whoever has no role at all does not even learn which users there are.
        caller.require(&[any_of, &[CREATE]].concat())?;
        let user = self.user(name)?;
        if self.reaches(caller, any_of, user) {
            Ok(user)
        } else {
            let roles = any_of.join(" or ");
            let message = format!("Access is denied: needs {roles}, or to be above user {name}");
            Err(Refusal::forbidden(message))
        }
    }

    pub(crate) fn direct_subusers(&self, name: &str) -> usize {
        let mut owners = self.users.values().map(|user| user.owner.as_deref());
        owners.by_ref().filter(|owner| *owner == Some(name)).count()
    }

    /// Puts a user below another one, or below nobody. A circle is refused: nobody would be at its
    /// top.
    pub(crate) fn relate(
        &mut self,
        name: &str,
        superior: Superior,
        other: Option<&str>,
    ) -> Result<(), Refusal> {
        if let Some(other) = other {
            self.user(other)?;
            let is_circle = other == name || self.is_above(name, other);
            if matches!(superior, Superior::Owner) && is_circle {
                let message = format!("user {other} is not above user {name}, but below");
                return Err(Refusal::invalid(message));
            }
        }
        let user = self.user_mut(name)?;
        let other = other.map(str::to_owned);
        match superior {
            Superior::Owner => user.owner = other,
            Superior::Delegate => user.delegated_by = other,
        }
        Ok(())
    }
}
