//! Who calls.

use std::cell::Ref;
use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::{Extensions, Payload};
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::ApiError;
use super::shown::Shown;
use crate::id::TenantId;
use crate::platform::CallerCredentials;

/// The caller of an endpoint, verified by the platform. All endpoints but those of health and
/// metrics are closed to everyone else, whether they ask for the `User` or not.
///
/// The platform is asked with a copy of the request's credentials (`GET /user/currentUser`, and
/// where they do not name the tenant `GET /tenant/currentTenant`): the cookie `authorization` with
/// the header `X-XSRF-TOKEN`, else the header `Authorization`, basic or bearer; `tfatoken` along
/// with either. What a token says of its user is not believed, and a header beside the cookie is
/// not looked at.
///
/// | the request has | answer |
/// |---|---|
/// | no credentials, malformed ones, or ones that the platform rejects | 401 |
/// | valid ones that neither name the tenant nor may read it | 403 |
/// | any, and the platform does not say whether they are valid | 503 |
/// | any that are not known, and too many callers are to be verified at once | 503, with `Retry-After` |
///
/// The platform's answer is kept for ten minutes, though not beyond the end of a token, and a
/// rejection for five seconds: so long a role that was taken away still works, and one that was
/// given does not yet. Ten thousand callers are known at most, in a twentieth of `MEMORY_LIMIT`, of
/// which a tenth is for up to a thousand rejections; with the default of 256 MB that is 1150 bytes for
/// each caller, of which one with ten roles takes all, and one with more takes the place of others.
///
/// Who is known waits for nobody. Of those who are not, as many are verified at once as half of the
/// connections to the platform are enough for (`C8Y_HTTPCLIENT_POOL_PERHOST`), and half as many of one
/// tenant; the others wait for their turns, for `C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT` at most. Turns go
/// round by what the credentials claim, one tenant after the other, and within a tenant one user after
/// the other: whoever tries many passwords waits with all of them behind everybody who tries one.
/// Tenants that are not subscribed are as one, and so are callers who name none. Where half as many
/// wait as may be connected, or a thousand, a newcomer takes the place of whoever came last of those
/// who have most waiting.
///
/// Clones are cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User(Arc<Inner>);

#[derive(Debug, PartialEq, Eq)]
struct Inner {
    tenant: TenantId,
    name: String,
    roles: BTreeSet<String>,
}

/// A verified caller, as the authentication leaves it with a request.
pub(crate) struct Caller {
    pub(super) user: User,
    pub(super) shown: Shown,
}

impl Caller {
    pub(super) fn of(request: &HttpRequest) -> Result<Ref<'_, Self>, ApiError> {
        Ref::filter_map(request.extensions(), Extensions::get)
            .map_err(|_| ApiError::internal("the endpoint is not authenticated"))
    }

    pub(super) fn credentials(&self) -> Result<CallerCredentials, ApiError> {
        let tenant = self.user.tenant().clone();
        Ok(CallerCredentials::new(tenant, self.shown.headers()?))
    }
}

impl User {
    pub(super) fn new(tenant: TenantId, name: String, roles: BTreeSet<String>) -> Self {
        Self(Arc::new(Inner {
            tenant,
            name,
            roles,
        }))
    }

    /// The tenant that the user belongs to, as the platform confirmed it.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.0.tenant
    }

    /// The user's name, without the tenant.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether the user has a role, directly or through a group. A user that may not read itself,
    /// as devices, has none.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.0.roles.contains(role)
    }

    /// Whether the user has at least one of these roles.
    #[must_use]
    pub fn has_any_role<R: AsRef<str>>(&self, roles: impl IntoIterator<Item = R>) -> bool {
        roles.into_iter().any(|role| self.has_role(role.as_ref()))
    }

    /// About the bytes that it takes.
    pub(super) fn size(&self) -> usize {
        /// A text's place, and what its memory is rounded up to.
        const TEXT: usize = 48;
        let roles = self.0.roles.iter().map(|role| role.len() + TEXT);
        self.0.name.len() + self.0.tenant.as_str().len() + roles.sum::<usize>()
    }
}

impl FromRequest for User {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Caller::of(request).map(|caller| caller.user.clone()))
    }
}
