//! Two-factor authentication with codes that an app makes from a secret and the time (TOTP).

use totp_rs::{Builder, Secret, Totp};

use crate::refusal::Refusal;
use crate::state::{Tenant, Time, User, now};

const AREA: &str = "user";
/// As authenticator apps expect it: 160 bits.
const SECRET_LENGTH: usize = 20;

/// A user's second factor.
#[derive(Clone)]
pub(crate) struct TwoFactor {
    secret: Secret,
    active: bool,
    /// When a code was last asked for.
    pub(crate) last_request: Option<Time>,
}

impl TwoFactor {
    fn new() -> Self {
        let mut secret = [0; SECRET_LENGTH];
        secret.fill_with(|| fastrand::u8(..));
        Self {
            secret: Secret::new_stack(secret),
            active: false,
            last_request: None,
        }
    }

    fn accepts(&self, code: &str) -> bool {
        let totp: Totp = Builder::new()
            .with_secret(self.secret.clone())
            .build_noncompliant();
        let seconds = u64::try_from(now().timestamp()).unwrap_or_default();
        totp.check(code, seconds).is_some()
    }
}

impl User {
    pub(crate) fn has_second_factor(&self) -> bool {
        self.two_factor.as_ref().is_some_and(|it| it.active)
    }

    /// Whether this is the current code.
    pub(super) fn accepts_code(&self, code: &str) -> bool {
        let two_factor = self.two_factor.as_ref();
        two_factor.is_some_and(|it| it.accepts(code))
    }
}

impl Tenant {
    /// A new secret in base32, as an app takes it. It takes effect when it is activated.
    pub(crate) fn new_totp_secret(&mut self, user: &str) -> Result<String, Refusal> {
        let user = self.user_mut(user)?;
        if user.has_second_factor() {
            // Whoever has got hold of a session must not take the second factor over.
            return Err(Refusal::forbidden(
                "TOTP is active already: deactivate it first",
            ));
        }
        let two_factor = user.two_factor.insert(Box::new(TwoFactor::new()));
        Ok(two_factor.secret.to_base32())
    }

    /// Switches a user's second factor on or off.
    pub(crate) fn activate_totp(&mut self, user: &str, active: bool) -> Result<(), Refusal> {
        match &mut self.user_mut(user)?.two_factor {
            Some(two_factor) => two_factor.active = active,
            None if active => {
                let message = "TFA TOTP secret does not exist. First generate secret.";
                return Err(Refusal::conflict(AREA, message));
            }
            None => {}
        }
        Ok(())
    }

    /// Takes a user's secret away: the next login needs no code.
    pub(crate) fn revoke_totp_secret(&mut self, user: &str) -> Result<(), Refusal> {
        let secret = self.user_mut(user)?.two_factor.take();
        let secret = secret.ok_or_else(|| Refusal::not_found(AREA, "TFA TOTP secret"));
        secret.map(drop)
    }

    /// Checks a code, also before the second factor is active.
    pub(crate) fn verify_totp(&mut self, user: &str, code: &str) -> Result<(), Refusal> {
        let user = self.user_mut(user)?;
        let Some(two_factor) = &mut user.two_factor else {
            return Err(Refusal::not_found(AREA, "TFA TOTP secret"));
        };
        two_factor.last_request = Some(now());
        if two_factor.accepts(code) {
            Ok(())
        } else {
            Err(Refusal::forbidden("Invalid verification code"))
        }
    }
}
