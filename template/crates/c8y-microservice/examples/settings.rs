//! Settings per tenant: a limit that each tenant's administrators set, with a default in the
//! manifest, and a password for another system that is never printed.
//!
//! The manifest declares what there is, and needs `ROLE_OPTION_MANAGEMENT_ADMIN` among its
//! `requiredRoles` only where the service sets something itself:
//!
//! ```json
//! "settingsCategory": "thermostat",
//! "settings": [
//!     {"key": "limits", "defaultValue": "{\"warning\": 70, \"critical\": 90}", "editable": true}
//! ]
//! ```
//!
//! The password, `credentials.mail`, is not declared: a declared setting has a default, and no password
//! belongs into a manifest.
//!
//! An administrator of a tenant sets one with `POST /tenant/options` and `{"category":
//! "thermostat", "key": "limits", "value": "{\"warning\": 60, \"critical\": 80}"}`.

use std::process::ExitCode;

use actix_web::web::{Json, ServiceConfig, resource};
use c8y_microservice::{
    ApiError, Body, Config, Error, ExposeSecret, Microservice, Settings, SettingsError, User,
    logging,
};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    warning: f64,
    critical: f64,
}

const LIMITS: Limits = Limits {
    warning: 70.0,
    critical: 90.0,
};

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    logging::exit_code(run().await)
}

async fn run() -> Result<(), Error> {
    Microservice::new(Config::from_env()?)
        .on_subscribed(|client| async move { check(&client.settings()).await })
        .serve(routes)
        .await
}

fn routes(app: &mut ServiceConfig) {
    app.service(resource("/limits").get(read).put(write));
}

/// The limits of the caller's tenant.
async fn read(settings: Settings) -> Result<Json<Limits>, ApiError> {
    Ok(Json(settings.get_or("limits", LIMITS).await?))
}

/// Sets the limits for the caller's tenant. The service's roles do it, so it checks the caller's.
async fn write(
    user: User,
    settings: Settings,
    Body(limits): Body<Limits>,
) -> Result<Json<Limits>, ApiError> {
    if !user.has_role("ROLE_OPTION_MANAGEMENT_ADMIN") {
        return Err(ApiError::forbidden("Needs ROLE_OPTION_MANAGEMENT_ADMIN"));
    }
    settings.set("limits", &limits).await?;
    Ok(Json(limits))
}

/// Says at once what a new tenant's administrators still have to set.
async fn check(settings: &Settings) {
    match settings.secret("mail").await {
        Ok(password) => info!(length = password.expose_secret().len(), "mail can be sent"),
        Err(SettingsError::Missing(_)) => warn!("set credentials.mail to have mail sent"),
        Err(error) => warn!(%error, "the settings cannot be read"),
    }
}
