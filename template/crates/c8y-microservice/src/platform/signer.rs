//! Whom a request is made for.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, Weak};

use futures_util::future::BoxFuture;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::credentials::Credentials;
use crate::id::TenantId;

/// Goes with a login by the cookie `authorization`.
pub(crate) const XSRF_TOKEN: HeaderName = HeaderName::from_static("x-xsrf-token");
/// The second factor, which goes with any login.
pub(crate) const TFA_TOKEN: HeaderName = HeaderName::from_static("tfatoken");

/// Signs requests for one user.
#[derive(Debug, Clone)]
pub(crate) enum Signer {
    /// A user whose password stays: the bootstrap user.
    Fixed(Credentials),
    /// The service user of a tenant.
    Service(Arc<ServiceUser>),
    /// The caller of an endpoint.
    Caller(CallerCredentials),
}

/// The service user of a tenant. Its password changes when the tenant subscribes anew; all clients
/// of the tenant see that.
pub(crate) struct ServiceUser {
    tenant: TenantId,
    credentials: RwLock<Credentials>,
    renewal: Weak<dyn Renew>,
}

/// Where new credentials come from.
pub(crate) trait Renew: Send + Sync {
    /// Looks for other credentials than these, which the platform has rejected, and answers whether
    /// the user has them now.
    fn renew<'a>(&'a self, user: &'a ServiceUser, rejected: &'a Credentials)
    -> BoxFuture<'a, bool>;
}

/// The headers that a caller showed who it is with, as they go on to the platform.
#[derive(Clone)]
pub(crate) struct CallerCredentials {
    tenant: TenantId,
    headers: Arc<[(HeaderName, HeaderValue)]>,
}

impl Signer {
    pub(crate) fn tenant(&self) -> &TenantId {
        match self {
            Self::Fixed(credentials) => credentials.tenant(),
            Self::Service(user) => &user.tenant,
            Self::Caller(caller) => &caller.tenant,
        }
    }

    /// Signs a request, and answers the credentials that may have been replaced meanwhile.
    pub(crate) fn sign(&self, headers: &mut HeaderMap) -> Option<Credentials> {
        let (credentials, renewable) = match self {
            Self::Fixed(credentials) => (credentials.clone(), false),
            Self::Service(user) => (user.credentials(), true),
            Self::Caller(caller) => {
                headers.extend(caller.headers.iter().cloned());
                return None;
            }
        };
        headers.insert(AUTHORIZATION, credentials.authorization().clone());
        renewable.then_some(credentials)
    }

    /// Whether there are other credentials than these, which the platform has rejected.
    pub(crate) async fn renewed(&self, rejected: &Credentials) -> bool {
        let Self::Service(user) = self else {
            return false;
        };
        if user.credentials() != *rejected {
            return true;
        }
        match user.renewal.upgrade() {
            Some(renewal) => renewal.renew(user, rejected).await,
            None => false,
        }
    }
}

impl ServiceUser {
    pub(crate) fn new(credentials: Credentials, renewal: Weak<dyn Renew>) -> Self {
        Self {
            tenant: credentials.tenant().clone(),
            credentials: RwLock::new(credentials),
            renewal,
        }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        let credentials = self.credentials.read();
        credentials.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes new credentials of the same tenant.
    pub(crate) fn replace(&self, credentials: Credentials) {
        debug_assert_eq!(self.tenant, *credentials.tenant());
        let current = self.credentials.write();
        *current.unwrap_or_else(PoisonError::into_inner) = credentials;
    }
}

impl CallerCredentials {
    pub(crate) fn new(tenant: TenantId, headers: Arc<[(HeaderName, HeaderValue)]>) -> Self {
        Self { tenant, headers }
    }
}

impl fmt::Debug for ServiceUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.credentials().fmt(f)
    }
}

/// Without the headers, which are secrets.
impl fmt::Debug for CallerCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallerCredentials({})", self.tenant)
    }
}
