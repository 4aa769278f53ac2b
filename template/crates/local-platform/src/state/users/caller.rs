//! Who sends a request, and what they may do.

use super::roles::MANAGEMENT;
use crate::refusal::Refusal;
use crate::state::{Id, Origin, Platform, Roles, Tenant, User};

const BAD_CREDENTIALS: &str = "Invalid credentials! : Bad credentials";
const CODE_MISSING: &str = "A second factor is needed: TFA TOTP code required";
const CODE_WRONG: &str = "Invalid TFA TOTP code";

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
    pub(super) fn new(tenant: &Tenant, user: &User, way: Way) -> Self {
        Self {
            tenant: tenant.id.clone(),
            user: user.name.clone(),
            origin: user.origin,
            way,
            roles: tenant.roles_of(user),
        }
    }

    /// Whether all users of the tenant are theirs to manage, and not only those below them.
    pub(super) fn manages_all_users(&self) -> bool {
        self.has_any(&[MANAGEMENT])
    }

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
    /// Finds out who calls by a password, and the second factor of a user who has one: a code, or
    /// what a login with a code gave out. Unknown tenant, unknown user and wrong password are told
    /// apart nowhere.
    pub(crate) fn authenticate(
        &self,
        tenant: &str,
        user: &str,
        password: &str,
        second_factor: Option<&str>,
    ) -> Result<Caller, Refusal> {
        let bad = || Refusal::unauthorized(BAD_CREDENTIALS);
        let tenant = self.active_tenant(tenant).ok_or_else(bad)?;
        let user = tenant.user(user).map_err(|_| bad())?;
        if !user.enabled || user.password != password {
            return Err(bad());
        }
        if user.has_second_factor() {
            let given = second_factor.ok_or_else(|| Refusal::unauthorized(CODE_MISSING))?;
            let right =
                user.accepts_code(given) || self.tokens.show_second_factor(&tenant.id, user, given);
            if !right {
                return Err(Refusal::unauthorized(CODE_WRONG));
            }
        }
        Ok(Caller::new(tenant, user, Way::Basic))
    }
}
