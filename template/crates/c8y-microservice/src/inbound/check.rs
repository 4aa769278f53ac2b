//! Asking the platform who a caller is.

use std::sync::Arc;

use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::login::Login;
use super::verdict::Verdict;
use super::{ApiError, User};
use crate::application::Application;
use crate::id::TenantId;
use crate::platform::{Answer, CallerCredentials, Outgoing, PlatformError, Signer};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CurrentUser {
    user_name: String,
    #[serde(default)]
    effective_roles: Vec<Role>,
}

#[derive(Deserialize)]
struct Role {
    id: String,
}

#[derive(Deserialize)]
pub(super) struct CurrentTenant {
    name: TenantId,
}

/// Asks with a copy of the credentials. An error is that the platform could not say: whoever calls
/// may be right. To be called on the background runtime.
pub(super) async fn check(
    application: &Arc<Application>,
    login: &Login,
) -> Result<Verdict, ApiError> {
    // Whoever is refused the key is the service, which says nothing of the caller.
    let key = application.key().await;
    key.map_err(|error| unverified(&error))?;
    let user = match get(application, login, ["user", "currentUser"]).await {
        Ok(user) => Some(user),
        Err(PlatformError::Unauthorized(_)) => return Ok(invalid()),
        // Valid credentials of a user that may not read itself, such as a device.
        Err(PlatformError::Forbidden(answer)) if is_the_platforms(&answer) => None,
        Err(error) => return Err(unverified(&error)),
    };
    let (tenant, claimed_name) = match &login.claimed {
        // Having accepted the header, the platform has confirmed all of it.
        Some(claimed) => claimed.clone(),
        None => match get(application, login, ["tenant", "currentTenant"]).await {
            Ok(CurrentTenant { name }) => (name, String::new()),
            // A token that has ended between the two requests.
            Err(PlatformError::Unauthorized(_)) => return Ok(invalid()),
            Err(PlatformError::Forbidden(answer)) if is_the_platforms(&answer) => {
                return Ok(Verdict::refused(ApiError::forbidden(
                    "The user may not read its tenant; credentials as tenant/user would name it",
                )));
            }
            Err(error) => return Err(unverified(&error)),
        },
    };
    let (name, roles) = user.map_or_else(
        || (claimed_name, Vec::new()),
        |user: CurrentUser| (user.user_name, user.effective_roles),
    );
    let roles = roles.into_iter().map(|role| role.id);
    Ok(Verdict::verified(
        User::new(tenant, name, roles.collect()),
        login.token_end,
    ))
}

async fn get<T: DeserializeOwned>(
    application: &Arc<Application>,
    login: &Login,
    path: [&str; 2],
) -> Result<T, PlatformError> {
    let outgoing = Outgoing::new(Method::GET, application.address(&path)?);
    // Of no tenant yet.
    let nowhere = TenantId::from("");
    let credentials = CallerCredentials::new(nowhere, Arc::clone(&login.headers));
    let signer = Signer::Caller(credentials);
    application.send(outgoing, &signer).await?.json()
}

fn invalid() -> Verdict {
    Verdict::refused(ApiError::unauthorized("Invalid credentials"))
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
