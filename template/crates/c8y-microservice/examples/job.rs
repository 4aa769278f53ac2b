//! A service that counts, every ten seconds and for every tenant, the critical alarms that nobody has
//! acknowledged, and says so in its log.
//!
//! | request | answer |
//! |---|---|
//! | `GET /watched` | `{"tenants": 3}`: how many tenants are looked after |

use std::process::ExitCode;
use std::time::Duration;

use actix_web::web::{self, Json, ServiceConfig};
use c8y_microservice::http::Method;
use c8y_microservice::{
    ApiError, Config, Error, Microservice, PlatformError, Subscriptions, TenantClient, User,
    logging,
};
use serde_json::{Value, json};

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    logging::exit_code(run().await)
}

async fn run() -> Result<(), Error> {
    Microservice::new(Config::from_env()?)
        .every(Duration::from_secs(10), "critical-alarms", report)
        .serve(routes)
        .await
}

fn routes(app: &mut ServiceConfig) {
    app.route("/watched", web::get().to(watched));
}

async fn watched(_: User, subscriptions: Subscriptions) -> Result<Json<Value>, ApiError> {
    Ok(Json(json!({ "tenants": subscriptions.tenants()?.len() })))
}

/// Harmless when several instances do it: each writes what it has found into its log.
async fn report(client: TenantClient) -> Result<(), PlatformError> {
    let critical: u64 = client
        .request(Method::GET, "/alarm/alarms/count")
        .query("severity", "CRITICAL")
        .query("status", "ACTIVE")
        .send()
        .await?
        .json()?;
    if critical > 0 {
        tracing::warn!(critical, "alarms that nobody has acknowledged");
    }
    Ok(())
}
