//! Who makes a request.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
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
        let login = SecretString::from(format!("{tenant}/{user}:{}", password.expose_secret()));
        let encoded = SecretString::from(STANDARD.encode(login.expose_secret()));
        let basic = SecretString::from(format!("Basic {}", encoded.expose_secret()));
        let authorization = secret_header(&basic).expect("base64 always makes a header value");
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

/// A secret as a header that is not printed. `None` if it has characters that no header may have.
pub(crate) fn secret_header(secret: &SecretString) -> Option<HeaderValue> {
    let mut header = HeaderValue::from_str(secret.expose_secret()).ok()?;
    header.set_sensitive(true);
    Some(header)
}
