//! Who makes a request.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::id::TenantId;

/// A user of one tenant with its password, ready to sign requests: `Authorization: Basic
/// base64(tenant/user:password)`.
///
/// Tenant and password travel together, so that no request can name one tenant and carry another
/// one's user. Neither the password nor the header can be printed.
#[derive(Clone)]
pub struct Credentials(Arc<Inner>);

struct Inner {
    tenant: TenantId,
    user: String,
    authorization: HeaderValue,
}

impl Credentials {
    /// The user `user` of `tenant`, named without the tenant.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "base64 always makes a header value"
    )]
    pub fn new(tenant: TenantId, user: &str, password: &SecretString) -> Self {
        let mut basic = Basic::default();
        let header = basic.header(tenant.as_str(), user, password.expose_secret());
        let authorization = sensitive(header).expect("base64 always makes a header value");
        Self(Arc::new(Inner {
            tenant,
            user: user.to_owned(),
            authorization,
        }))
    }

    /// The tenant that the user belongs to.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.0.tenant
    }

    /// The user's name, without the tenant.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.0.user
    }

    /// Whether these are the credentials of this user of the same tenant.
    pub(crate) fn are_of(&self, user: &str, password: &str, basic: &mut Basic) -> bool {
        let header = basic.header(self.0.tenant.as_str(), user, password);
        self.0.authorization.as_bytes() == header.as_bytes()
    }

    pub(crate) fn authorization(&self) -> &HeaderValue {
        &self.0.authorization
    }
}

/// Alike are credentials that make the same request: a new password makes others.
impl PartialEq for Credentials {
    fn eq(&self, other: &Self) -> bool {
        self.0.authorization == other.0.authorization
    }
}

impl Eq for Credentials {}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({}/{})", self.0.tenant, self.0.user)
    }
}

/// Makes `Authorization` headers, one after the other in the same memory, which is wiped in the end.
#[derive(Default)]
pub(crate) struct Basic {
    login: Zeroizing<String>,
    header: Zeroizing<String>,
}

impl Basic {
    fn header(&mut self, tenant: &str, user: &str, password: &str) -> &str {
        self.login.clear();
        self.login.extend([tenant, "/", user, ":", password]);
        self.header.clear();
        self.header.push_str("Basic ");
        STANDARD.encode_string(self.login.as_bytes(), &mut self.header);
        &self.header
    }
}

/// A secret as a header that is not printed. `None` if it has characters that no header may have.
pub(crate) fn secret_header(secret: &SecretString) -> Option<HeaderValue> {
    sensitive(secret.expose_secret())
}

fn sensitive(secret: &str) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(secret).ok()?;
    header.set_sensitive(true);
    Some(header)
}
