//! Who sends a request, and what they may do.

use super::{Id, Origin, Platform, Roles};
use crate::refusal::Refusal;

const BAD_CREDENTIALS: &str = "Invalid credentials! : Bad credentials";

/// How a caller has shown who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// User and password with the request.
    Basic,
    /// A token in the `Authorization` header.
    Bearer,
    /// A token in a cookie: a login with OAI-Secure.
    Cookie,
}

/// An authenticated user.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) tenant: String,
    pub(crate) user: String,
    pub(crate) origin: Origin,
    pub(crate) way: Way,
    roles: Roles,
}

impl Caller {
    /// The application that a bootstrap user belongs to.
    pub(crate) fn bootstraps(&self) -> Option<Id> {
        match self.origin {
            Origin::Bootstrap(application) => Some(application),
            Origin::Tenant | Origin::Subscription(_) => None,
        }
    }

    pub(crate) fn has_any(&self, roles: &[&str]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }

    pub(crate) fn require(&self, any_of: &[&str]) -> Result<(), Refusal> {
        if self.has_any(any_of) {
            Ok(())
        } else {
            Err(access_denied(any_of))
        }
    }

    /// The rule of everything that belongs to a managed object: one of the roles, or being its
    /// owner.
    pub(crate) fn require_or_own(
        &self,
        any_of: &[&str],
        owner: Option<&str>,
    ) -> Result<(), Refusal> {
        if owner == Some(&self.user) {
            Ok(())
        } else {
            self.require(any_of)
        }
    }
}

fn access_denied(any_of: &[&str]) -> Refusal {
    Refusal::forbidden(format!("Access is denied: needs {}", any_of.join(" or ")))
}

impl Platform {
    /// Finds out who calls. Unknown tenant, unknown user and wrong password are told apart nowhere.
    pub(crate) fn authenticate(
        &self,
        tenant: &str,
        user: &str,
        password: &str,
    ) -> Result<Caller, Refusal> {
        let user = self
            .active_tenant(tenant)
            .and_then(|tenant| tenant.user(user).ok());
        let user = user
            .filter(|user| user.enabled && user.password == password)
            .ok_or_else(|| Refusal::unauthorized(BAD_CREDENTIALS))?;
        Ok(Caller {
            tenant: tenant.to_owned(),
            user: user.name.clone(),
            origin: user.origin,
            way: Way::Basic,
            roles: user.roles.clone(),
        })
    }
}
