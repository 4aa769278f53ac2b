//! Who calls: asked once of the platform, and remembered for a while.

use std::sync::Arc;

use actix_web::http::header::HeaderMap;
use futures_util::FutureExt;
use ring::hmac;
use ring::rand::SystemRandom;

use super::ApiError;
use super::check::check;
use super::login::Login;
use super::shown::{Digest, Shown};
use super::under_way::{Check, UnderWay};
use super::user::Caller;
use super::verdict::Verdict;
use crate::application::Application;
use crate::background::Background;
use crate::cache::Cache;
use crate::platform::PlatformError;

const MOST_ENTRIES: u64 = 10_000;

/// Verifies callers. What the platform said of one is kept under a digest of the credentials, made
/// with a key that this process alone has; the credentials themselves are not kept.
#[derive(Debug)]
pub(crate) struct Authenticator {
    application: Arc<Application>,
    background: Background,
    verdicts: Cache<Digest, Verdict>,
    under_way: UnderWay,
    digest_key: hmac::Key,
}

impl Authenticator {
    /// One that remembers callers in up to so many bytes, and ten thousand of them at most.
    pub(crate) fn new(application: Arc<Application>, background: Background, bytes: u64) -> Self {
        let digest_key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        Self {
            application,
            background,
            verdicts: Cache::new(bytes, MOST_ENTRIES),
            under_way: UnderWay::default(),
            digest_key: digest_key.expect("the system has random numbers"),
        }
    }

    /// Who sends a request with these headers. Many callers with the same credentials at once share
    /// one check, which goes on as long as any of them waits.
    pub(super) async fn verify(&self, request: &HeaderMap) -> Result<Caller, ApiError> {
        let shown = Shown::in_request(request)?;
        let digest = shown.digest(&self.digest_key);
        let verdict = match self.verdicts.get(&digest) {
            Some(verdict) => verdict,
            // In a box: it is large, and rare.
            None => Box::pin(self.verdict(digest, Login::of(&shown)?)).await?,
        };
        let user = verdict.result?;
        Ok(Caller { user, shown })
    }

    async fn verdict(&self, digest: Digest, login: Login) -> Result<Verdict, ApiError> {
        let begin = || self.check(digest, login);
        self.under_way.join(digest, begin).await
    }

    /// A check for all who wait for it, so without the deadline of the one who began it.
    fn check(&self, digest: Digest, login: Login) -> Check {
        let background = self.background.clone();
        let application = Arc::clone(&self.application);
        let verdicts = self.verdicts.clone();
        let work = async move {
            // The one before may have ended since the caller looked.
            if let Some(verdict) = verdicts.get(&digest) {
                return Ok(verdict);
            }
            let verdict = check(&application, &login).await?;
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

#[cfg(test)]
mod tests;
