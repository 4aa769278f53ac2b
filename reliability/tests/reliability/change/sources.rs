//! The managed objects that a service's alarms come from.

use reqwest::Method;

use crate::support::Stage;

const TYPE: &str = "c8y_Microservice";

/// The ID of the one that is bound to the service's external ID, of which there is one in a tenant.
pub(super) async fn one_source(stage: &Stage, tenant: &str) -> String {
    let name = stage.platform.application_name();
    let path = format!("/identity/externalIds/{TYPE}/{name}");
    let found = stage
        .done(stage.of_platform(tenant, Method::GET, &path))
        .await;
    let id = found["managedObject"]["id"].as_str();
    id.unwrap_or_else(|| panic!("no source: {found}"))
        .to_owned()
}

/// How many there are in a tenant, whether they are bound or not.
pub(super) async fn objects(stage: &Stage, tenant: &str) -> u64 {
    let path = format!("/inventory/managedObjects?type={TYPE}&pageSize=100");
    let list = stage
        .done(stage.of_platform(tenant, Method::GET, &path))
        .await;
    let objects = list["managedObjects"].as_array();
    objects.expect("a list of objects").len() as u64
}
