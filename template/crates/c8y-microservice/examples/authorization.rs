//! Who may call what: everybody of a tenant, those with a role, and the owner's own people.
//!
//! A service works with its own roles, so whatever it does with [`AsService`] a caller can do
//! through it who could not do it alone: the endpoint has to say who may. With [`AsUser`] it is the
//! platform that decides, by the caller's own roles.
//!
//! The manifest names what the service needs, and brings its tenants a role of its own, which their
//! administrators give to their users:
//!
//! ```json
//! "requiredRoles": ["ROLE_ALARM_READ", "ROLE_ALARM_ADMIN"],
//! "roles": ["ROLE_C8Y_MICROSERVICE_ADMIN"]
//! ```

use std::process::ExitCode;

use actix_web::web::{Json, ServiceConfig, get, resource, scope};
use c8y_microservice::{
    AlarmFilter, AlarmStatus, ApiError, AsService, AsUser, Config, Error, Microservice, Require,
    RoleKind, Subscriptions, TenantId, custom_role, logging,
};
use tracing::error;

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Error> {
    Microservice::new(Config::from_env()?).serve(routes).await
}

fn routes(app: &mut ServiceConfig) {
    let admin = custom_role(env!("CARGO_PKG_NAME"), RoleKind::Admin);
    let may_clear = Require::new().any_role(["ROLE_ALARM_ADMIN", &admin]);
    // Each tenant gives the role away for itself: alone it would let one see the others.
    let operators = Require::new().owner_tenant().any_role([admin]);
    app.service(resource("/alarms/count").get(count))
        .service(resource("/alarms").wrap(may_clear).delete(clear))
        .service(
            scope("/operations")
                .wrap(operators)
                .route("/tenants", get().to(tenants)),
        );
}

fn active() -> AlarmFilter {
    AlarmFilter::new().status(AlarmStatus::Active)
}

/// The alarms that the caller may see.
async fn count(AsUser(client): AsUser) -> Result<Json<u64>, ApiError> {
    Ok(Json(client.alarms().count(&active()).await?))
}

/// Clears all alarms of the caller's tenant, as the service.
async fn clear(AsService(client): AsService) -> Result<Json<TenantId>, ApiError> {
    let alarms = client.alarms();
    alarms.update_all(&active(), AlarmStatus::Cleared).await?;
    Ok(Json(client.tenant().clone()))
}

/// All tenants that use the service.
async fn tenants(subscriptions: Subscriptions) -> Result<Json<Vec<TenantId>>, ApiError> {
    let tenants = subscriptions.tenants()?;
    let ids = tenants.iter().map(|client| client.tenant().clone());
    Ok(Json(ids.collect()))
}
