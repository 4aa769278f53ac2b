//! The service's application on the platform: its bootstrap user, its key, its subscriptions.

mod asked_once;
mod bootstrap_user;
mod description;
#[cfg(feature = "__internals")]
pub(crate) mod fuzzing;
mod subscription_list;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::Method;
use reqwest::header::HeaderValue;
use tokio::time::{sleep, timeout};
use tracing::debug;

use crate::config::Config;
use crate::credentials::{Credentials, secret_header};
use crate::id::TenantId;
use crate::memory::Share;
use crate::platform::transport::{APPLICATION_KEY, Transport};
use crate::platform::{
    Address, Budget, KnownObjects, KnownSettings, Outgoing, PlatformError, Prepared, Response,
    Signer, retry, wait_for,
};

use asked_once::AskedOnce;
use bootstrap_user::BootstrapUser;
use description::{CurrentApplication, Description};
pub(crate) use subscription_list::ListedUser;
#[cfg(feature = "__internals")]
pub(crate) use subscription_list::SubscriptionList;

/// What the service is to the platform. All its requests go through here, so that each carries
/// whom it is made for.
pub(crate) struct Application {
    transport: Transport,
    owner_tenant: TenantId,
    bootstrap_user: BootstrapUser,
    configured_key: Option<HeaderValue>,
    description: AskedOnce<Arc<Description>>,
    time_of_a_request: Duration,
    known_objects: KnownObjects,
    known_settings: KnownSettings,
}

impl Application {
    pub(crate) fn new(config: &Config, transport: Transport) -> Self {
        let key = config.application.key.as_ref().and_then(secret_header);
        // An application that the service registers has the key that the platform says.
        let key = key.filter(|_| !config.bootstrap.register);
        Self {
            transport,
            owner_tenant: config.owner_tenant().clone(),
            bootstrap_user: BootstrapUser::new(&config.bootstrap),
            configured_key: key,
            description: AskedOnce::default(),
            time_of_a_request: config.http_client.total_timeout(),
            known_objects: KnownObjects::new(Share::KnownObjects.of(config.memory_limit)),
            known_settings: KnownSettings::new(Share::Settings.of(config.memory_limit)),
        }
    }

    pub(crate) fn address(&self, segments: &[&str]) -> Result<Address, PlatformError> {
        self.transport.address(segments)
    }

    pub(crate) fn raw_address(&self, path: &str) -> Result<Address, PlatformError> {
        self.transport.raw_address(path)
    }

    /// The tenant that has the application.
    pub(crate) fn owner_tenant(&self) -> &TenantId {
        &self.owner_tenant
    }

    #[cfg(feature = "self-registration")]
    pub(crate) fn is_registered(&self) -> bool {
        self.bootstrap_user.credentials().is_ok()
    }

    /// Goes on as the bootstrap user of an application that was registered, or as none any more.
    /// What is known of another application does not count.
    #[cfg(feature = "self-registration")]
    pub(crate) fn is_now(&self, bootstrap_user: Option<Credentials>) {
        self.bootstrap_user.replace(bootstrap_user);
        self.description.forget();
    }

    pub(crate) fn known_settings(&self) -> &KnownSettings {
        &self.known_settings
    }

    pub(crate) fn known_objects(&self) -> &KnownObjects {
        &self.known_objects
    }

    /// Sends a request and reads the whole answer. An answer that is not a success is an error.
    pub(crate) fn send(
        self: &Arc<Self>,
        outgoing: Outgoing,
        signer: &Signer,
    ) -> impl Future<Output = Result<Response, PlatformError>> {
        let is_the_callers = matches!(signer, Signer::Caller(_));
        let prepared = self.transport.prepare(outgoing);
        let (application, signer) = (Arc::clone(self), signer.clone());
        // In a box: it is large, and goes through many hands from here to the endpoint.
        let work = Box::pin(async move { application.exchange(prepared?, &signer).await });
        async move {
            let result = self.transport.background().run(work).await?;
            result.map_err(|error| {
                if is_the_callers {
                    error.meant_for_the_caller()
                } else {
                    error
                }
            })
        }
    }

    /// Does work that more may wait for than the one who begins it. It goes on to its end with the
    /// time that its requests need; whoever waits does so for as long as the own time lasts.
    pub(crate) async fn share<F>(&self, work: F) -> Result<F::Output, PlatformError>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let output = wait_for(self.transport.background().run_for_all(work)).await?;
        Ok(output?)
    }

    /// Sends a request as often as [`retry`] says. A service user whose credentials are rejected
    /// gets other ones, once, if there are any.
    async fn exchange(
        self: &Arc<Self>,
        mut prepared: Box<Prepared>,
        signer: &Signer,
    ) -> Result<Response, PlatformError> {
        let budget = Budget::of(self.time_of_a_request);
        if prepared.by_application {
            let key = self.key_within(&budget).await?;
            prepared.headers.insert(APPLICATION_KEY, key);
        }
        let mut seen = None;
        let mut renewed = false;
        let mut attempt = 1;
        loop {
            let mut request = self.transport.request(&prepared);
            let credentials = signer.sign(request.headers_mut());
            let answer = self.transport.exchange(&prepared, request, &budget);
            let error = match answer.await {
                Ok(response) => return Ok(response),
                // What was not sent saw nothing.
                Err(error @ PlatformError::NotSent(_)) => return Err(seen.unwrap_or(error)),
                Err(error) => error,
            };
            let again = match (&error, credentials) {
                (PlatformError::Unauthorized(_), Some(rejected)) if !renewed => {
                    renewed = has_others(signer, &rejected, &budget).await;
                    renewed
                }
                _ => waited(&error, &prepared, signer, attempt, &budget).await,
            };
            if !again {
                return Err(error);
            }
            seen = Some(error);
            attempt += 1;
        }
    }

    /// The application key: `APPLICATION_KEY`, or what the platform says. An application keeps its
    /// key.
    pub(crate) async fn key(self: &Arc<Self>) -> Result<HeaderValue, PlatformError> {
        match &self.configured_key {
            Some(key) => Ok(key.clone()),
            None => Ok(self.description().await?.key.clone()),
        }
    }

    /// `GET /application/currentApplication`, which is asked once an application.
    async fn description(self: &Arc<Self>) -> Result<Arc<Description>, PlatformError> {
        let ask = || {
            let application = Arc::clone(self);
            async move {
                let answer = application.bootstrap_get(&[]).await?;
                let current: CurrentApplication = answer.json()?;
                Description::try_from(current).map(Arc::new)
            }
        };
        self.description.get(self.transport.background(), ask).await
    }

    /// The key for a request. An answer about the application is none about what the request asks
    /// for.
    async fn key_within(self: &Arc<Self>, budget: &Budget) -> Result<HeaderValue, PlatformError> {
        let reason = match timeout(budget.left(), self.key()).await {
            Ok(Ok(key)) => return Ok(key),
            // Just as true of the request.
            Ok(Err(
                error @ (PlatformError::Unreachable(_)
                | PlatformError::NotSent(_)
                | PlatformError::NotRegistered
                | PlatformError::Stopping),
            )) => return Err(error),
            Ok(Err(error)) => error.to_string(),
            Err(_elapsed) => "its time was over".to_owned(),
        };
        Err(PlatformError::NotSent(format!(
            "the application key is not known: {reason}"
        )))
    }

    /// The category of the tenant options that are the service's settings.
    pub(crate) async fn settings_category(self: &Arc<Self>) -> Result<String, PlatformError> {
        let description = wait_for(self.description()).await??;
        Ok(description.settings_category.clone())
    }

    /// Asks as the bootstrap user, whose requests go without the application key. To be called on
    /// the background runtime.
    async fn bootstrap_get(self: &Arc<Self>, below: &[&str]) -> Result<Response, PlatformError> {
        let path = [&["application", "currentApplication"], below].concat();
        let outgoing = Outgoing::new(Method::GET, self.address(&path)?).without_key();
        self.bootstrap_exchange(outgoing).await
    }

    /// The key is asked for with a request, which is sent as any other: the future has a box around
    /// itself.
    fn bootstrap_exchange(
        self: &Arc<Self>,
        outgoing: Outgoing,
    ) -> BoxFuture<'static, Result<Response, PlatformError>> {
        let application = Arc::clone(self);
        Box::pin(async move {
            let bootstrap_user = Signer::Fixed(application.bootstrap_user.credentials()?);
            let prepared = application.transport.prepare(outgoing)?;
            application.exchange(prepared, &bootstrap_user).await
        })
    }
}

/// Without what it keeps of all tenants: every client has it, and is one tenant's.
impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Application({})", self.transport.base_url())
    }
}

/// Whether the user has other credentials than those that were rejected. They are looked for as long
/// as the request has time.
async fn has_others(signer: &Signer, rejected: &Credentials, budget: &Budget) -> bool {
    timeout(budget.left(), signer.renewed(rejected)).await == Ok(true)
}

/// Waits before the next attempt, and answers whether there is to be one.
async fn waited(
    error: &PlatformError,
    request: &Prepared,
    signer: &Signer,
    attempt: usize,
    budget: &Budget,
) -> bool {
    let (repeatable, left) = (request.repeatable, budget.left());
    let pause = retry::pause(error, repeatable, attempt, left, fastrand::f64());
    let Some(pause) = pause else {
        return false;
    };
    let tenant = signer.tenant();
    debug!(%tenant, ?request, attempt, ?pause, %error, "to be sent again");
    sleep(pause).await;
    true
}

#[cfg(test)]
mod tests;
