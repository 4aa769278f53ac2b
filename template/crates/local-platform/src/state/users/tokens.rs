//! Tokens: what a login gives out, and how long it counts.
//!
//! A token has the form of a JWT, because clients and services read its claims. Its signature is
//! random: the only one who ever has to verify it is this platform, which keeps all that are valid
//! in a table anyway, so that a logout ends them. A key would add crates and cycles, and nothing
//! that the table does not know.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::json;

use super::random_password;
use crate::refusal::Refusal;
use crate::state::{Caller, Platform, Tenant, Time, User, Way, now};

/// As long as the platform's cookie is valid.
const LIFETIME: TimeDelta = TimeDelta::weeks(2);
const INVALID: &str = "Invalid credentials! : the token is not valid, or not any more";
const XSRF: &str = "Invalid XSRF token: X-XSRF-TOKEN has to go with the cookie";

/// What a successful login gives out.
pub(crate) struct Login {
    pub(crate) token: String,
    pub(crate) xsrf: String,
    /// Seconds until the token ends.
    pub(crate) seconds: i64,
}

struct Session {
    tenant: String,
    user: String,
    xsrf: String,
    /// Says with basic authentication that the second factor was there.
    second_factor: Option<String>,
    expires: Time,
    /// When the user's password was set: another one ends the session.
    password_set: Time,
}

/// All valid tokens.
pub(crate) struct Tokens {
    lifetime: TimeDelta,
    sessions: HashMap<String, Session>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            lifetime: LIFETIME,
            sessions: HashMap::new(),
        }
    }
}

impl Tokens {
    /// Two weeks at most: nothing that is longer makes a difference here.
    pub(crate) fn set_lifetime(&mut self, lifetime: Duration) {
        let lifetime = TimeDelta::from_std(lifetime);
        self.lifetime = lifetime.map_or(LIFETIME, |lifetime| lifetime.min(LIFETIME));
    }

    pub(crate) fn end(&mut self, token: &str) {
        self.sessions.remove(token);
    }

    pub(crate) fn end_all_of(&mut self, tenant: &str) {
        self.sessions.retain(|_, session| session.tenant != tenant);
    }

    /// Whether a login with a second factor gave this out to the user.
    pub(super) fn show_second_factor(&self, tenant: &str, user: &User, given: &str) -> bool {
        self.sessions.values().any(|session| {
            session.second_factor.as_deref() == Some(given)
                && session.tenant == tenant
                && session.is_valid_for(user)
        })
    }

    fn begin(&mut self, tenant: &Tenant, user: &User, second_factor: bool) -> Login {
        let begins = now();
        self.sessions.retain(|_, it| it.expires > begins);
        let session = Session {
            tenant: tenant.id.clone(),
            user: user.name.clone(),
            xsrf: random_password(),
            second_factor: second_factor.then(random_password),
            expires: begins + self.lifetime,
            password_set: user.password_changed,
        };
        let token = session.token(begins, &tenant.domain);
        let login = Login {
            token: token.clone(),
            xsrf: session.xsrf.clone(),
            seconds: self.lifetime.num_seconds(),
        };
        self.sessions.insert(token, session);
        login
    }
}

impl Session {
    fn is_valid_for(&self, user: &User) -> bool {
        let is_same = self.user == user.name && self.password_set == user.password_changed;
        is_same && user.enabled && self.expires > now()
    }

    fn token(&self, begins: Time, domain: &str) -> String {
        let mut claims = json!({
            "iss": domain, "aud": domain, "sub": self.user, "ten": self.tenant,
            "xsrfToken": self.xsrf, "jti": random_password(),
            "iat": begins.timestamp(), "nbf": begins.timestamp(), "exp": self.expires.timestamp(),
        });
        if let Some(second_factor) = &self.second_factor {
            claims["tfa"] = second_factor.clone().into();
        }
        let parts = [
            json!({"alg": "HS256", "typ": "JWT"}).to_string(),
            claims.to_string(),
            random_password(),
        ];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    }
}

impl Platform {
    /// Logs a user in: with the password, and the second factor where the user has one.
    pub(crate) fn log_in(
        &mut self,
        tenant: &str,
        user: &str,
        password: &str,
        second_factor: Option<&str>,
    ) -> Result<Login, Refusal> {
        let caller = self.authenticate(tenant, user, password, second_factor)?;
        self.begin_session(&caller)
    }

    /// A token for somebody who has shown who they are.
    pub(crate) fn begin_session(&mut self, caller: &Caller) -> Result<Login, Refusal> {
        let tenant = self.tenants.get(&caller.tenant);
        let tenant = tenant.ok_or_else(|| Refusal::unauthorized(INVALID))?;
        let user = tenant.user(&caller.user)?;
        let login = self.tokens.begin(tenant, user, user.has_second_factor());
        let given = [&login.token, &login.xsrf].map(Clone::clone);
        self.given.extend(given);
        Ok(login)
    }

    /// Finds out who calls by a token; in a cookie it needs the XSRF token that goes with it.
    pub(crate) fn authenticate_token(
        &self,
        token: &str,
        way: Way,
        xsrf: Option<&str>,
    ) -> Result<Caller, Refusal> {
        let invalid = || Refusal::unauthorized(INVALID);
        let session = self.tokens.sessions.get(token).ok_or_else(invalid)?;
        let tenant = self.active_tenant(&session.tenant).ok_or_else(invalid)?;
        let user = tenant.user(&session.user).map_err(|_| invalid())?;
        if !session.is_valid_for(user) {
            return Err(invalid());
        }
        if way == Way::Cookie && xsrf != Some(&session.xsrf) {
            return Err(Refusal::unauthorized(XSRF));
        }
        Ok(Caller::new(tenant, user, way))
    }
}
