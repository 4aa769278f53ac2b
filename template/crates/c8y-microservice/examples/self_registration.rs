//! A service that makes its own application on the platform, for where nobody deploys it: on a
//! server of one's own, or in a debugger against a real tenant.
//!
//! It is started with a user who may manage applications in the place of a bootstrap user:
//!
//! ```sh
//! C8Y_BASEURL=https://example.cumulocity.com C8Y_BOOTSTRAP_REGISTER=true \
//!     C8Y_BOOTSTRAP_TENANT=t12345 C8Y_BOOTSTRAP_USER=me C8Y_BOOTSTRAP_PASSWORD=… \
//!     SERVER_PORT=8080 cargo run --example self_registration
//! ```
//!
//! The platform's local stand-in does as well: `cargo run -p local-platform -- serve`, with the
//! tenant `t100`, the user `admin` and the password `local-platform`. The new application has no
//! tenants until some subscribe to it.
//!
//! In `Cargo.toml`: `c8y-microservice = { …, features = ["self-registration"] }`.

use std::process::ExitCode;

use actix_web::web::{Json, ServiceConfig, resource};
use c8y_microservice::{ApiError, Config, Error, Microservice, Subscriptions, logging};
use tracing::info;

const MANIFEST: &str = include_str!("self_registration/cumulocity.json");

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    logging::exit_code(run().await)
}

async fn run() -> Result<(), Error> {
    Microservice::new(Config::from_env()?)
        .manifest(MANIFEST)
        .on_subscribed(|_client| async { info!("the tenant is subscribed") })
        .serve(routes)
        .await
}

fn routes(app: &mut ServiceConfig) {
    app.service(resource("/tenants").get(count));
}

/// How many tenants are subscribed.
async fn count(subscriptions: Subscriptions) -> Result<Json<usize>, ApiError> {
    Ok(Json(subscriptions.tenants()?.len()))
}
