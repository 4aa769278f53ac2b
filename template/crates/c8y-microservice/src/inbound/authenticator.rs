//! Asking the platform who a caller is, and remembering the answer for a while.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use actix_web::http::header::HeaderMap;
use moka::Expiry;
use moka::future::Cache;
use reqwest::Method;
use ring::hmac;
use ring::rand::SystemRandom;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::login::Login;
use super::user::Caller;
use super::{ApiError, User};
use crate::application::Application;
use crate::id::TenantId;
use crate::platform::{Answer, CallerCredentials, Outgoing, PlatformError, Signer};

/// How long a caller is known without asking again. A role that is taken away works on for as long.
const KNOWN_FOR: Duration = Duration::from_mins(10);
/// How long a caller is refused without asking again: enough against a storm, and hardly noticed by
/// somebody who has just been given access.
const REFUSED_FOR: Duration = Duration::from_secs(5);
const MOST_ENTRIES: u64 = 10_000;

/// Verifies callers. What the platform said of one is kept under a digest of the credentials, made
/// with a key that this process alone has; the credentials themselves are not kept.
#[derive(Debug)]
pub(crate) struct Authenticator {
    application: Arc<Application>,
    verdicts: Cache<[u8; 32], Verdict>,
    digest_key: hmac::Key,
}

/// What the platform said of a caller. That it said nothing is no verdict.
#[derive(Debug, Clone)]
struct Verdict {
    result: Result<User, ApiError>,
    lasts: Duration,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CurrentUser {
    user_name: Option<String>,
    #[serde(default)]
    effective_roles: Vec<Role>,
}

#[derive(Deserialize)]
struct Role {
    id: String,
}

#[derive(Deserialize)]
struct CurrentTenant {
    name: TenantId,
}

impl Authenticator {
    /// One that remembers callers in up to so many bytes, and ten thousand of them at most.
    pub(crate) fn new(application: Arc<Application>, bytes: u64) -> Self {
        let verdicts = Cache::builder()
            .max_capacity(bytes)
            .weigher(move |_, verdict: &Verdict| verdict.weight().max(share(bytes)))
            .expire_after(AsLongAsItLasts)
            .build();
        let digest_key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        Self {
            application,
            verdicts,
            digest_key: digest_key.expect("the system has random numbers"),
        }
    }

    /// Who sends a request with these headers. Of many callers with the same credentials at once,
    /// one asks the platform for all.
    pub(super) async fn verify(&self, request: &HeaderMap) -> Result<Caller, ApiError> {
        let login = Login::of(request)?;
        let digest = login.digest(&self.digest_key);
        let verdict = match self.verdicts.get(&digest).await {
            Some(verdict) => verdict,
            None => self.verdict(digest, &login).await?,
        };
        let user = verdict.result?;
        let credentials = CallerCredentials::new(user.tenant().clone(), login.headers);
        Ok(Caller { user, credentials })
    }

    async fn verdict(&self, digest: [u8; 32], login: &Login) -> Result<Verdict, ApiError> {
        let asking = Box::pin(self.ask(login));
        let verdict = self.verdicts.try_get_with(digest, asking).await;
        verdict.map_err(|error| ApiError::clone(&error))
    }

    /// Asks the platform. An error is that it could not say: whoever calls may be right.
    async fn ask(&self, login: &Login) -> Result<Verdict, ApiError> {
        let user = match self
            .get::<CurrentUser>(login, ["user", "currentUser"])
            .await
        {
            Ok(user) => user,
            Err(PlatformError::Unauthorized(_)) => {
                let refusal = ApiError::unauthorized("Invalid credentials");
                return Ok(Verdict::refused(refusal));
            }
            // Valid credentials of a user that may not read itself, such as a device.
            Err(PlatformError::Forbidden(answer)) if is_the_platforms(&answer) => {
                CurrentUser::default()
            }
            Err(error) => return Err(unverified(&error)),
        };
        let (tenant, claimed_name) = match &login.claimed {
            // Having accepted the header, the platform has confirmed all of it.
            Some(claimed) => claimed.clone(),
            None => match self.get(login, ["tenant", "currentTenant"]).await {
                Ok(CurrentTenant { name }) => (name, String::new()),
                Err(PlatformError::Forbidden(answer)) if is_the_platforms(&answer) => {
                    return Ok(Verdict::refused(ApiError::forbidden(
                        "The user may not read its tenant; credentials as tenant/user would name it",
                    )));
                }
                Err(error) => return Err(unverified(&error)),
            },
        };
        let name = user.user_name.unwrap_or(claimed_name);
        let roles = user.effective_roles.into_iter().map(|role| role.id);
        let user = User::new(tenant, name, roles.collect());
        Ok(Verdict::verified(user, login))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        login: &Login,
        path: [&str; 2],
    ) -> Result<T, PlatformError> {
        let outgoing = Outgoing::new(Method::GET, self.application.url(&path)?);
        // Of no tenant yet.
        let nowhere = TenantId::from("");
        let credentials = CallerCredentials::new(nowhere, Arc::clone(&login.headers));
        let signer = Signer::Caller(credentials);
        self.application.send(outgoing, &signer).await?.json()
    }
}

impl Verdict {
    fn verified(user: User, login: &Login) -> Self {
        let lasts = login
            .token_end
            .map_or(KNOWN_FOR, |end| KNOWN_FOR.min(time_until(end)));
        let result = Ok(user);
        Self { result, lasts }
    }

    fn refused(refusal: ApiError) -> Self {
        Self {
            result: Err(refusal),
            lasts: REFUSED_FOR,
        }
    }

    /// About the bytes that it takes, with its key and what the cache needs to keep it.
    fn weight(&self) -> u32 {
        const ENTRY: usize = 400;
        let user = self.result.as_ref().map_or(0, User::size);
        u32::try_from(ENTRY + user).unwrap_or(u32::MAX)
    }
}

/// What a cache of so many bytes has for each entry.
fn share(bytes: u64) -> u32 {
    u32::try_from(bytes / MOST_ENTRIES).unwrap_or(u32::MAX)
}

/// The time until so many seconds after 1970, and none if that is over or no time at all.
fn time_until(seconds: f64) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let left = seconds - now.unwrap_or_default().as_secs_f64();
    // An error is a time beyond what a duration can hold, or one before now.
    let beyond = if left > 0.0 {
        Duration::MAX
    } else {
        Duration::ZERO
    };
    Duration::try_from_secs_f64(left).unwrap_or(beyond)
}

/// Whether a refusal is the platform's own, and not that of something in between.
fn is_the_platforms(refusal: &Answer) -> bool {
    let error = refusal.error.as_deref();
    error.is_some_and(|error| error.starts_with("security/"))
}

fn unverified(error: &PlatformError) -> ApiError {
    let message = format!("The credentials could not be verified: {}", error.summary());
    ApiError::unavailable(message).because(error.to_string())
}

#[derive(Debug)]
struct AsLongAsItLasts;

impl Expiry<[u8; 32], Verdict> for AsLongAsItLasts {
    fn expire_after_create(&self, _: &[u8; 32], verdict: &Verdict, _: Instant) -> Option<Duration> {
        Some(verdict.lasts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lasts_until_its_end_whatever_that_is() {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs_f64();
        let left = time_until(now + 60.0);
        assert!(
            left > Duration::from_secs(59) && left <= Duration::from_mins(1),
            "{left:?}"
        );
        assert_eq!(time_until(now - 1.0), Duration::ZERO);
        assert_eq!(time_until(f64::NAN), Duration::ZERO);
        assert_eq!(time_until(f64::MIN), Duration::ZERO);
        assert_eq!(time_until(f64::MAX), Duration::MAX);
    }
}
