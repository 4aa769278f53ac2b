//! Who calls.

use std::collections::BTreeSet;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::ApiError;
use crate::id::TenantId;
use crate::platform::CallerCredentials;

/// The caller of an endpoint, verified by the platform. All endpoints but the health endpoints are
/// closed to everyone else, whether they ask for the `User` or not.
///
/// The `Authorization` header of the request, basic or bearer, is copied to `GET
/// /user/currentUser`. A caller without credentials, or with wrong ones, gets 401; where the
/// platform cannot be asked, 503.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub(super) tenant: TenantId,
    pub(super) name: String,
    pub(super) roles: BTreeSet<String>,
}

/// A verified caller, as the authentication leaves it with a request.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(super) user: User,
    pub(super) credentials: CallerCredentials,
}

impl Caller {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let verified = request.extensions().get::<Self>().cloned();
        verified.ok_or_else(|| ApiError::internal("the endpoint is not authenticated"))
    }
}

impl User {
    /// The tenant that the user belongs to, as the platform confirmed it.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The user's name, without the tenant.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the user has a role, directly or through a group. A user that may not read itself,
    /// as devices, has none.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.contains(role)
    }
}

impl FromRequest for User {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Caller::of(request).map(|caller| caller.user))
    }
}
