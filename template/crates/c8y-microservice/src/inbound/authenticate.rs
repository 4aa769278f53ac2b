//! Verifying the caller, before anything else of a request is looked at.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::user::Caller;
use super::{ApiError, Context, User};
use crate::application::Application;
use crate::id::TenantId;
use crate::platform::{CallerCredentials, Outgoing, PlatformError, Signer};

/// Lets a request through that the platform has verified the caller of, and leaves the [`User`]
/// with it.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match verified(request.request()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        // An answer like any other: as an `Err` it would pass by the log.
        Err(error) => Ok(request.error_response(error)),
    }
}

async fn verified(request: &HttpRequest) -> Result<Caller, ApiError> {
    let application = Arc::clone(&Context::of(request)?.application);
    Login::of(request)?.verify(&application).await
}

/// Credentials as they arrived: nothing in them is true before the platform says so.
struct Login {
    authorization: HeaderValue,
    /// The tenant and the user of a basic header that names both.
    claimed: Option<(TenantId, String)>,
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

impl Login {
    fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let header = request
            .headers()
            .get(header::AUTHORIZATION)
            .ok_or_else(|| ApiError::unauthorized("Full authentication is required"))?;
        let mut authorization = HeaderValue::from_bytes(header.as_bytes())
            .map_err(|_| ApiError::unauthorized("The Authorization header is malformed"))?;
        authorization.set_sensitive(true);
        Ok(Self {
            claimed: claimed(header.as_bytes()),
            authorization,
        })
    }

    async fn verify(self, application: &Arc<Application>) -> Result<Caller, ApiError> {
        let user = match self
            .ask::<CurrentUser>(application, &["user", "currentUser"])
            .await
        {
            Ok(user) => Some(user),
            // Valid credentials of a user that may not read itself.
            Err(PlatformError::Forbidden(_)) => None,
            Err(PlatformError::Unauthorized(_)) => {
                return Err(ApiError::unauthorized("Invalid credentials"));
            }
            Err(error) => return Err(unverified(&error)),
        };
        let user = user.unwrap_or_default();
        let (tenant, claimed_name) = match &self.claimed {
            // Having accepted the header, the platform has confirmed all of it.
            Some(claimed) => claimed.clone(),
            None => (self.current_tenant(application).await?, String::new()),
        };
        let headers = Arc::new([(AUTHORIZATION, self.authorization)]);
        let credentials = CallerCredentials::new(tenant.clone(), headers);
        let user = User {
            tenant,
            name: user.user_name.unwrap_or(claimed_name),
            roles: user
                .effective_roles
                .into_iter()
                .map(|role| role.id)
                .collect(),
        };
        Ok(Caller { user, credentials })
    }

    /// The tenant of a user whose credentials do not name it.
    async fn current_tenant(&self, application: &Arc<Application>) -> Result<TenantId, ApiError> {
        let tenant = self
            .ask::<CurrentTenant>(application, &["tenant", "currentTenant"])
            .await;
        tenant
            .map(|tenant| tenant.name)
            .map_err(|error| match error {
                PlatformError::Forbidden(_) => ApiError::forbidden(
                    "The user may not read its tenant; credentials as tenant/user would name it",
                ),
                error => unverified(&error),
            })
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        application: &Arc<Application>,
        path: &[&str],
    ) -> Result<T, PlatformError> {
        let outgoing = Outgoing::new(Method::GET, application.url(path)?);
        // Of no tenant yet.
        let headers = Arc::new([(AUTHORIZATION, self.authorization.clone())]);
        let signer = Signer::Caller(CallerCredentials::new(TenantId::from(""), headers));
        application.send(outgoing, &signer).await?.json()
    }
}

/// Not knowing is not a refusal: whoever calls may be right.
fn unverified(error: &PlatformError) -> ApiError {
    let message = format!("The credentials could not be verified: {}", error.summary());
    ApiError::unavailable(message).because(error.to_string())
}

/// Tenant and user of `Basic base64(tenant/user:password)`. The password may contain anything, `:`
/// and `/` as well.
fn claimed(authorization: &[u8]) -> Option<(TenantId, String)> {
    let (scheme, encoded) = authorization.split_at_checked("Basic ".len())?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim_ascii()).ok()?).ok()?;
    let (login, _password) = decoded.split_once(':')?;
    let (tenant, user) = login.split_once('/')?;
    (!tenant.is_empty() && !user.is_empty()).then(|| (tenant.into(), user.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(login: &str) -> Option<(TenantId, String)> {
        claimed(format!("Basic {}", STANDARD.encode(login)).as_bytes())
    }

    #[test]
    fn a_basic_header_names_tenant_and_user() {
        let expected = Some(("t100".into(), "admin".to_owned()));
        assert_eq!(basic("t100/admin:pass:with/everything"), expected);
        assert_eq!(basic("t100/admin:"), expected);
        assert_eq!(claimed(b"basic dDEwMC9hZG1pbjpw"), expected);
    }

    #[test]
    fn anything_else_names_nobody() {
        for login in [
            "admin:password",
            "/admin:p",
            "t100/:p",
            "t100/admin",
            "admin:t100/x",
        ] {
            assert_eq!(basic(login), None, "{login}");
        }
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic %%%",
            "Basic /w==",
            "Bearer dDEwMC9hOmI=",
        ] {
            assert_eq!(claimed(header.as_bytes()), None, "{header}");
        }
    }
}
