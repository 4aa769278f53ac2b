//! An endpoint that asks a server outside the platform.
//!
//! `GET /exchange-rates` passes on what the European Central Bank publishes. Whether a proxy leads
//! there, and which certificates are trusted, is the environment's to say: see `PROXY_HTTPS_HOST`,
//! `HTTPS_PROXY` and `SSL_CERT_FILE`.

use std::process::ExitCode;

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, resource};
use c8y_microservice::http::Client;
use c8y_microservice::{ApiError, Config, Error, Microservice, User, logging};

const RATES: &str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml";
/// A larger answer is none of theirs.
const LARGEST: usize = 64 * 1024;

#[actix_web::main]
async fn main() -> ExitCode {
    logging::start();
    logging::exit_code(run().await)
}

async fn run() -> Result<(), Error> {
    let config = Config::from_env()?;
    // One client for the whole service: it keeps connections.
    let outside = Data::new(config.http_client()?);
    let routes = move |app: &mut ServiceConfig| {
        app.app_data(outside.clone())
            .service(resource("/exchange-rates").get(exchange_rates));
    };
    Microservice::new(config).serve(routes).await
}

/// A server that does not answer, or answers with an error, is a 503 or a 502 for the caller; the
/// log has the reason, and the proxy if there was one.
async fn exchange_rates(_: User, outside: Data<Client>) -> Result<HttpResponse, ApiError> {
    let mut answer = outside.get(RATES).send().await?.error_for_status()?;
    let mut rates = Vec::new();
    while let Some(part) = answer.chunk().await? {
        if rates.len() + part.len() > LARGEST {
            return Err(ApiError::bad_gateway("the exchange rates are too large"));
        }
        rates.extend_from_slice(&part);
    }
    Ok(HttpResponse::Ok().content_type("text/xml").body(rates))
}
