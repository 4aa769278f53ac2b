//! A service that counts, beside what the SDK counts: `GET /metrics` shows both.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, resource};
use c8y_microservice::prometheus::{IntCounterVec, Opts};
use c8y_microservice::{ApiError, Config, Microservice, logging};

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    logging::start();
    let microservice = Microservice::new(Config::from_env()?).version(env!("CARGO_PKG_VERSION"));
    // Labels whose values are few: a series for each.
    let orders = Opts::new("orders_total", "Orders that were placed, by their size");
    let orders = IntCounterVec::new(orders, &["size"])?;
    let metrics = microservice.metrics();
    metrics.registry().register(Box::new(orders.clone()))?;
    microservice.serve(move |app| routes(app, &orders)).await?;
    Ok(())
}

fn routes(app: &mut ServiceConfig, orders: &IntCounterVec) {
    app.app_data(Data::new(orders.clone()))
        .service(resource("/orders").post(order));
}

async fn order(orders: Data<IntCounterVec>) -> Result<HttpResponse, ApiError> {
    orders.with_label_values(&["small"]).inc();
    Ok(HttpResponse::NoContent().finish())
}
