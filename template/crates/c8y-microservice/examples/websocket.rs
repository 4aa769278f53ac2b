//! A service that counts the active alarms of every tenant, and pushes to the users of each the
//! count of their own.
//!
//! | request | answer |
//! |---|---|
//! | `POST /outcomes` | `{"tenants": 3, "failed": 0}`: counts the alarms in all tenants |
//! | `GET /outcomes` | a WebSocket with a message for each count: `{"alarms": 7}`, or `{"error": "…"}` |

use std::process::ExitCode;

use actix_web::web::{self, Json, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use c8y_microservice::http::Method;
use c8y_microservice::{
    ApiError, Config, Error, Feed, Microservice, PlatformError, Subscriptions, TenantClient, User,
    logging,
};
use serde_json::{Value, json};

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    logging::exit_code(run().await)
}

async fn run() -> Result<(), Error> {
    Microservice::new(Config::from_env()?).serve(routes).await
}

fn routes(app: &mut ServiceConfig) {
    app.service(
        web::resource("/outcomes")
            .route(web::post().to(count))
            .route(web::get().to(connect)),
    );
}

/// Counts in all tenants, and tells each of them its own outcome.
async fn count(_: User, subscriptions: Subscriptions, feed: Feed) -> Result<Json<Value>, ApiError> {
    let outcomes = subscriptions.tenants()?.fan_out(active_alarms).await;
    for outcome in &outcomes {
        let message = match &outcome.result {
            Ok(alarms) => json!({ "alarms": alarms }),
            Err(failure) => json!({ "error": failure.summary() }),
        };
        if let Err(error) = feed.publish(&outcome.tenant, &message) {
            tracing::warn!(tenant = %outcome.tenant, %error, "not told");
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err());
    Ok(Json(
        json!({ "tenants": outcomes.len(), "failed": failed.count() }),
    ))
}

async fn active_alarms(client: TenantClient) -> Result<u64, PlatformError> {
    let request = client.request(Method::GET, "/alarm/alarms/count");
    request.query("status", "ACTIVE").send().await?.json()
}

async fn connect(
    feed: Feed,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, ApiError> {
    feed.connect(&request, body).await
}
