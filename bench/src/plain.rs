//! The plainest server that reads and writes the same JSON: what an actix-web handler costs that
//! does nothing else.

use std::fs;
use std::path::Path;

use actix_web::web::{Data, Json};
use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::Value;

use crate::Outcome;

/// Serves on one thread, as the local platform does, until the process is ended.
#[actix_web::main]
pub(crate) async fn serve(port: u16, answer: &Path) -> Outcome {
    let answer: Value = serde_json::from_str(&fs::read_to_string(answer)?)?;
    let answer = Data::new(answer);
    let server = HttpServer::new(move || {
        let both = web::resource("/{path:.*}")
            .route(web::get().to(read))
            .route(web::post().to(create));
        App::new().app_data(answer.clone()).service(both)
    });
    server.workers(1).bind(("127.0.0.1", port))?.run().await?;
    Ok(())
}

async fn read(answer: Data<Value>) -> HttpResponse {
    HttpResponse::Ok().json(answer.get_ref())
}

async fn create(_: Json<Value>, answer: Data<Value>) -> HttpResponse {
    HttpResponse::Created().json(answer.get_ref())
}
