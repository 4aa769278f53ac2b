//! Who calls: asked once of the platform, and remembered for a while.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderMap;
use futures_util::FutureExt;
use ring::hmac;
use ring::rand::SystemRandom;
use tokio::time::timeout;

use super::ApiError;
use super::check::check;
use super::login::Login;
use super::shown::{Digest, Shown};
use super::turns::{Limits, Turns};
use super::under_way::{Check, UnderWay};
use super::user::Caller;
use super::verdicts::Verdicts;
use crate::application::Application;
use crate::background::Background;
use crate::config::Config;
use crate::id::TenantId;
use crate::memory::Share;
use crate::platform::PlatformError;

/// Verifies callers. What the platform said of one is kept under a digest of the credentials, made
/// with a key that this process alone has; the credentials themselves are not kept.
///
/// Who is known waits for nobody. All others take [`Turns`].
#[derive(Debug)]
pub(crate) struct Authenticator {
    application: Arc<Application>,
    background: Background,
    verdicts: Verdicts,
    under_way: UnderWay,
    turns: Turns,
    /// Of a check, from its turn on.
    limit: Duration,
    digest_key: hmac::Key,
}

impl Authenticator {
    pub(crate) fn new(
        config: &Config,
        application: Arc<Application>,
        background: Background,
    ) -> Self {
        let digest_key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        Self {
            application,
            background,
            verdicts: Verdicts::new(Share::Authentication.of(config.memory_limit)),
            under_way: UnderWay::default(),
            turns: Turns::new(Limits::of(config)),
            limit: config.http_client.total_timeout(),
            digest_key: digest_key.expect("the system has random numbers"),
        }
    }

    /// Who sends a request with these headers. Many callers with the same credentials at once share
    /// one check, which goes on as long as any of them waits.
    pub(super) async fn verify(
        &self,
        request: &HeaderMap,
        is_subscribed: impl Fn(&TenantId) -> bool,
    ) -> Result<Caller, ApiError> {
        let shown = Shown::in_request(request)?;
        let digest = shown.digest(&self.digest_key);
        let verdict = if let Some(known) = self.verdicts.get(&digest) {
            known
        } else {
            let login = Login::of(&shown)?;
            let begin = || self.check(digest, login, is_subscribed);
            // In a box: it is large, and rare.
            Box::pin(self.under_way.join(digest, begin)).await?
        };
        let user = verdict.result?;
        Ok(Caller { user, shown })
    }

    /// A check for all who wait for it, so without the deadline of the one who began it.
    fn check(
        &self,
        digest: Digest,
        login: Login,
        is_subscribed: impl Fn(&TenantId) -> bool,
    ) -> Check {
        let (application, background) = (Arc::clone(&self.application), self.background.clone());
        let (verdicts, turns, limit) = (self.verdicts.clone(), self.turns.clone(), self.limit);
        // Whoever makes tenants up has one turn with all of them.
        let subscribed = login.named_tenant().map(is_subscribed);
        let work = async move {
            let tenant = login.named_tenant().filter(|_| subscribed == Some(true));
            let _turn = turns.take((subscribed, tenant), login.named_user()).await?;
            // The one before may have ended since the caller looked.
            if let Some(verdict) = verdicts.get(&digest) {
                return Ok(verdict);
            }
            let verdict = timeout(limit, check(&application, &login)).await;
            let verdict = verdict.unwrap_or_else(|_elapsed| Err(out_of_time()))?;
            verdicts.insert(digest, verdict.clone());
            Ok(verdict)
        };
        async move {
            let ended = background.run_apart(work).await;
            ended.unwrap_or_else(|stopped| Err(PlatformError::from(stopped).into()))
        }
        .boxed()
    }
}

fn out_of_time() -> ApiError {
    ApiError::unavailable("The credentials could not be verified: the platform did not answer")
        .because("the time for a check was over")
}

#[cfg(test)]
mod tests;
