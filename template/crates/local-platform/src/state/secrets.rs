//! What nobody but its owner may see.

use std::collections::BTreeSet;
use std::fmt;

use super::tenants::options::CREDENTIALS;
use super::{Platform, Store};

/// A handle on the secrets of a platform, for tests that search what a service shows for them. It
/// outlives the platform.
#[derive(Clone)]
pub struct Secrets(pub(crate) Store);

impl Secrets {
    /// All secrets so far: the passwords of all users, the options that are stored encrypted, and of
    /// what the platform has given out also what does not count any more: passwords of service
    /// users, and tokens.
    #[must_use]
    pub fn list(&self) -> BTreeSet<String> {
        self.0.with(|platform| platform.secrets())
    }
}

/// Without any of them.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Platform {
    fn secrets(&self) -> BTreeSet<String> {
        let mut secrets = self.given.clone();
        for tenant in self.tenants() {
            let passwords = tenant.users.values().map(|user| user.password.clone());
            let options = tenant.options.all();
            let options = options.filter(|(_, key, _)| key.starts_with(CREDENTIALS));
            secrets.extend(passwords.chain(options.map(|(_, _, value)| value.to_owned())));
        }
        secrets
    }
}
