//! Endpoints about the caller's tenant and the service's settings there.

use actix_web::HttpResponse;
use actix_web::web::{self, Json, Path, ServiceConfig};
use c8y_microservice::{ApiError, AsService, AsUser, ManagedObjectId, Settings};

pub(super) fn configure(app: &mut ServiceConfig) {
    app.route("/as-service", web::get().to(as_service))
        .route("/as-service/objects/{id}", web::get().to(object_as_service))
        .route("/as-user/objects/{id}", web::get().to(object_as_user))
        .route("/settings", web::get().to(settings))
        .route("/settings/{key}", web::get().to(setting))
        .route("/as-user/settings/{key}", web::get().to(setting_as_user))
        .route("/as-user/settings/{key}", web::put().to(set_as_user));
}

async fn as_service(AsService(client): AsService) -> Json<String> {
    Json(client.tenant().to_string())
}

/// Asks for settings and reads none.
async fn settings(settings: Settings) -> Json<String> {
    Json(settings.tenant().to_string())
}

async fn setting(settings: Settings, key: Path<String>) -> Result<Json<String>, ApiError> {
    Ok(Json(settings.get(&key).await?))
}

async fn setting_as_user(
    AsUser(client): AsUser,
    key: Path<String>,
) -> Result<Json<String>, ApiError> {
    Ok(Json(client.settings().get(&key).await?))
}

async fn set_as_user(
    AsUser(client): AsUser,
    key: Path<String>,
    value: String,
) -> Result<HttpResponse, ApiError> {
    client.settings().set(&key, &value).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn object_as_service(
    AsService(client): AsService,
    id: Path<ManagedObjectId>,
) -> Result<Json<ManagedObjectId>, ApiError> {
    Ok(Json(client.inventory().get(&id).await?.id))
}

async fn object_as_user(
    AsUser(client): AsUser,
    id: Path<ManagedObjectId>,
) -> Result<Json<ManagedObjectId>, ApiError> {
    Ok(Json(client.inventory().get(&id).await?.id))
}
