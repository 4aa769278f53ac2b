//! `GET /devices`: devices of the caller's tenant, as many as the caller itself may see.

use actix_web::web::Json;
use c8y_microservice::{ApiError, AsUser, ManagedObjectFilter, ManagedObjectId};
use serde::Serialize;

/// However many devices there are, an answer has an end.
const LIMIT: usize = 100;

#[derive(Serialize)]
pub struct Device {
    id: ManagedObjectId,
    name: Option<String>,
}

pub async fn get(AsUser(client): AsUser) -> Result<Json<Vec<Device>>, ApiError> {
    let devices = ManagedObjectFilter::new().fragment_type("c8y_IsDevice");
    let found = client.inventory().list(&devices).first(LIMIT).await?;
    let devices = found.into_iter().map(|it| Device {
        id: it.id,
        name: it.name,
    });
    Ok(Json(devices.collect()))
}
