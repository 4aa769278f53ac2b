//! Whom a request is made for.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, Weak};
use std::time::{Duration, Instant};

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
    current: RwLock<Current>,
    renewal: Weak<dyn Renew>,
}

struct Current {
    credentials: Credentials,
    /// When the platform last listed them although it had rejected them.
    confirmed: Option<Instant>,
}

/// Where new credentials come from.
pub(crate) trait Renew: Send + Sync {
    /// Looks for other credentials than these, which the platform has rejected, and answers whether
    /// the user has them now.
    fn renew<'a>(
        &'a self,
        user: &'a Arc<ServiceUser>,
        rejected: &'a Credentials,
    ) -> BoxFuture<'a, bool>;
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
            current: RwLock::new(Current {
                credentials,
                confirmed: None,
            }),
            renewal,
        }
    }

    pub(crate) fn credentials(&self) -> Credentials {
        self.current().credentials.clone()
    }

    /// Takes new credentials of the same tenant.
    pub(crate) fn replace(&self, credentials: Credentials) {
        debug_assert_eq!(self.tenant, *credentials.tenant());
        *self.current_mut() = Current {
            credentials,
            confirmed: None,
        };
    }

    /// Notes that the platform lists credentials that it has rejected, if they are still the user's.
    pub(crate) fn confirm(&self, rejected: &Credentials) {
        let mut current = self.current_mut();
        if current.credentials == *rejected {
            current.confirmed = Some(Instant::now());
        }
    }

    /// Whether there are other credentials than those that were rejected, as far as it is known:
    /// `Some(false)` if they have been confirmed within `recently`, `None` if that is to be found out.
    pub(crate) fn is_renewed(&self, rejected: &Credentials, recently: Duration) -> Option<bool> {
        let current = self.current();
        if current.credentials != *rejected {
            return Some(true);
        }
        let confirmed = current.confirmed?;
        (confirmed.elapsed() < recently).then_some(false)
    }

    fn current(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn current_mut(&self) -> RwLockWriteGuard<'_, Current> {
        self.current.write().unwrap_or_else(PoisonError::into_inner)
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

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Renew for Nothing {
        fn renew<'a>(&'a self, _: &'a Arc<ServiceUser>, _: &'a Credentials) -> BoxFuture<'a, bool> {
            Box::pin(async { false })
        }
    }

    fn credentials(password: &str) -> Credentials {
        Credentials::new("t1".into(), "service", &password.into())
    }

    #[test]
    fn rejected_credentials_are_looked_for_unless_others_are_known_or_they_were_just_confirmed() {
        let user = ServiceUser::new(credentials("old"), Weak::<Nothing>::new());
        let hour = Duration::from_hours(1);
        assert_eq!(user.is_renewed(&credentials("older"), hour), Some(true));
        assert_eq!(user.is_renewed(&credentials("old"), hour), None);
        user.confirm(&credentials("older"));
        assert_eq!(user.is_renewed(&credentials("old"), hour), None);
        user.confirm(&credentials("old"));
        assert_eq!(user.is_renewed(&credentials("old"), hour), Some(false));
        assert_eq!(user.is_renewed(&credentials("old"), Duration::ZERO), None);
        user.replace(credentials("new"));
        assert_eq!(user.is_renewed(&credentials("old"), hour), Some(true));
        assert_eq!(user.is_renewed(&credentials("new"), hour), None);
    }
}
