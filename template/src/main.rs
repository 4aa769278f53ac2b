//! The life of the service: what starts and stops, and in which order.

mod routes;
mod source;

use std::future::ready;
use std::process::ExitCode;

use c8y_microservice::{Config, Error, Microservice, logging};
use source::Sources;
use tracing::{error, info};

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
    let config = Config::from_env()?;
    let sources = Sources::default();
    let left_behind = sources.clone();
    Microservice::new(config)
        .on_subscribed(|_client| async { info!("the tenant is subscribed") })
        .on_unsubscribed(move |client| {
            left_behind.forget(client.tenant());
            ready(())
        })
        .serve(move |app| routes::configure(app, &sources))
        .await
}
