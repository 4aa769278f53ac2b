//! `GET /alarms`: how many alarms the caller's tenant has that nobody has looked at.
//!
//! The tenant's service user counts them, so the caller's own rights do not matter there: which
//! callers this is for stands in `routes.rs`.

use actix_web::web::Json;
use c8y_microservice::{AlarmFilter, AlarmStatus, ApiError, AsService};
use serde::Serialize;

#[derive(Serialize)]
pub struct Alarms {
    active: u64,
}

pub async fn get(AsService(client): AsService) -> Result<Json<Alarms>, ApiError> {
    let active = AlarmFilter::new().status(AlarmStatus::Active);
    let active = client.alarms().count(&active).await?;
    Ok(Json(Alarms { active }))
}
