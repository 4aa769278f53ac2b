//! The endpoints, one file each, with who may call them. All callers are verified by the platform
//! first. The health endpoints and `/metrics` come from the SDK.

mod alarms;
mod create_alarms;
mod devices;
mod greeting;

use actix_web::web::{ServiceConfig, resource};
use c8y_microservice::{Require, RoleKind, custom_role};

pub fn configure(app: &mut ServiceConfig) {
    // A role of this service alone, which the manifest brings to its tenants.
    let admin = custom_role(env!("CARGO_PKG_NAME"), RoleKind::Admin);
    // It reaches into all tenants, so that a role which each tenant gives away is not enough.
    let crossing_tenants = Require::new().owner_tenant().any_role([admin]);
    // The service's own user sees all alarms of a tenant, which not each of its users may.
    let reading_alarms = Require::new().any_role(["ROLE_ALARM_READ", "ROLE_ALARM_ADMIN"]);
    app.service(
        resource("/createAlarms")
            .wrap(crossing_tenants)
            .post(create_alarms::post),
    )
    .service(resource("/alarms").wrap(reading_alarms).get(alarms::get))
    .service(resource("/devices").get(devices::get))
    .service(resource("/greeting").get(greeting::get));
}
