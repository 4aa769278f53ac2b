//! The endpoints, one file each. The health endpoints come from the SDK.

mod create_alarms;

use actix_web::web::{Data, ServiceConfig, resource};

use crate::source::Sources;

pub fn configure(app: &mut ServiceConfig, sources: &Sources) {
    app.app_data(Data::new(sources.clone()))
        .service(resource("/createAlarms").post(create_alarms::post));
}
