//! What the platform has and this one does not: answered with 501, to anyone and whatever the
//! method.

use actix_web::{HttpRequest, HttpResponse};

use super::http::Routes;
use crate::refusal::Refusal;

/// The links that an API shows about itself.
const ROOTS: [&str; 9] = [
    "/alarm",
    "/application",
    "/event",
    "/identity",
    "/inventory",
    "/measurement",
    "/platform",
    "/tenant",
    "/user",
];

/// These paths and all below them.
const AREAS: [&str; 27] = [
    "/.well-known/est",
    "/alarm/alarms/upsert",
    "/application/applications/{id}/clone",
    "/application/applications/{id}/versions",
    "/audit",
    "/certificate-authority",
    "/devicecontrol",
    "/features",
    "/identity/search",
    "/inventory/managedObjects/{id}/availability",
    "/inventory/managedObjects/{id}/supportedMeasurements",
    "/inventory/managedObjects/{id}/supportedSeries",
    "/inventory/managedObjects/{id}/user",
    "/notification",
    "/notification2",
    "/retention",
    "/tenant/loginOptions/{id}",
    "/tenant/options/{category}/{key}/editable",
    "/tenant/statistics/device",
    "/tenant/statistics/files",
    "/tenant/system",
    "/tenant/tenants/{id}/tfa",
    "/tenant/tenants/{id}/trusted-certificates",
    "/tenant/trusted-certificates",
    "/user/devicePermissions",
    "/user/inventoryroles",
    "/user/{tenant}/users/{user}/roles/inventory",
];

pub(super) fn routes(routes: &mut Routes) {
    for root in ROOTS {
        routes.not_simulated(root);
    }
    for area in AREAS {
        routes.not_simulated(area);
        routes.not_simulated(format!("{area}/{{*below}}"));
    }
}

pub(super) async fn refuse(request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let operation = format!("{} {}", request.method(), request.path());
    Err(Refusal::not_simulated(operation))
}
