//! The endpoints of the service that the tests run.

use std::sync::{Arc, Mutex};

use actix_web::web::{self, Data, Json, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, error, middleware::from_fn};
use c8y_microservice::http::Method;
use c8y_microservice::{ApiError, Body, Feed, Subscriptions, TenantClient, Tenants, User};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Roles that `/whoami` asks for.
const ROLES: [&str; 3] = ["ROLE_ALARM_ADMIN", "ROLE_EXAMPLE_CREATE", "ROLE_UNKNOWN"];

/// Where an endpoint leaves the subscriptions for the test.
#[derive(Clone, Default)]
pub(crate) struct Lent(Arc<Mutex<Option<Subscriptions>>>);

impl Lent {
    pub(crate) fn take(&self) -> Option<Subscriptions> {
        self.0.lock().unwrap().take()
    }
}

pub(crate) fn configure(app: &mut ServiceConfig, lent: &Lent) {
    app.app_data(Data::new(lent.clone()))
        .route("/whoami", web::get().to(whoami))
        .route("/tenants", web::get().to(tenants))
        .route("/refresh", web::post().to(refresh))
        .route("/fan-out", web::post().to(fan_out))
        .route("/lend", web::post().to(lend))
        .route("/feed", web::get().to(feed))
        .route("/echo", web::post().to(echo))
        .route("/failure", web::get().to(failure))
        .route("/panic", web::get().to(panic))
        .route("/own-form", web::get().to(own_form))
        .route("/busy", web::get().to(busy))
        .configure(super::tenant_routes::configure)
        .service(web::resource("/resource").route(web::put().to(HttpResponse::NoContent)))
        .service(
            web::scope("/behind-a-failure")
                .wrap(from_fn(async |_, _: actix_web::middleware::Next<_>| {
                    let failure = error::ErrorInternalServerError("a detail of the middleware");
                    Err::<actix_web::dev::ServiceResponse, _>(failure)
                }))
                .route("", web::get().to(HttpResponse::NoContent)),
        );
}

async fn busy() -> HttpResponse {
    let mut busy = HttpResponse::TooManyRequests();
    busy.insert_header(("Retry-After", "7")).body("busy")
}

async fn whoami(user: User) -> Json<Value> {
    let roles: Vec<_> = ROLES.iter().filter(|role| user.has_role(role)).collect();
    Json(json!({"tenant": user.tenant(), "name": user.name(), "roles": roles}))
}

async fn tenants(subscriptions: Subscriptions) -> Result<Json<Vec<String>>, ApiError> {
    Ok(Json(ids(&subscriptions.tenants()?)))
}

async fn refresh(subscriptions: Subscriptions) -> Result<Json<Vec<String>>, ApiError> {
    Ok(Json(ids(&subscriptions.refresh().await?)))
}

/// Tenants with the status of a request there.
async fn fan_out(subscriptions: Subscriptions) -> Result<Json<Value>, ApiError> {
    let read = |client: TenantClient| async move {
        let request = client.request(Method::GET, "/inventory/managedObjects");
        request.send().await.map(|answer| answer.status().as_u16())
    };
    let outcomes = subscriptions.tenants()?.fan_out(read).await.into_iter();
    let outcomes = outcomes.map(|outcome| (outcome.tenant.to_string(), json!(outcome.result.ok())));
    Ok(Json(outcomes.collect()))
}

async fn feed(
    feed: Feed,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, ApiError> {
    feed.connect(&request, body).await
}

async fn lend(subscriptions: Subscriptions, lent: Data<Lent>) -> HttpResponse {
    *lent.0.lock().unwrap() = Some(subscriptions);
    HttpResponse::NoContent().finish()
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Echo {
    #[serde(default)]
    number: u8,
}

async fn echo(Body(body): Body<Echo>) -> Json<Echo> {
    Json(body)
}

async fn failure() -> Result<HttpResponse, actix_web::Error> {
    Err(error::ErrorInternalServerError("a detail of the endpoint"))
}

async fn panic() -> HttpResponse {
    panic!("an endpoint that panics")
}

/// An answer that an endpoint words itself, with the media type as the platform writes it.
async fn own_form() -> HttpResponse {
    HttpResponse::Conflict()
        .content_type("application/json;charset=UTF-8")
        .body(r#"{"error":"example/Taken","message":"taken","info":"https://example.com"}"#)
}

fn ids(tenants: &Tenants) -> Vec<String> {
    let clients = tenants.iter();
    clients.map(|client| client.tenant().to_string()).collect()
}
