//! The life of the service: what starts and stops, and in which order.

mod routes;

use std::process::ExitCode;

use c8y_microservice::{Config, Error, Microservice, logging};
use tracing::info;

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    logging::exit_code(run().await)
}

async fn run() -> Result<(), Error> {
    Microservice::new(Config::from_env()?)
        .version(env!("CARGO_PKG_VERSION"))
        .on_subscribed(|_client| async { info!("the tenant is subscribed") })
        .on_unsubscribed(|_client| async { info!("the tenant has left") })
        .serve(routes::configure)
        .await
}
