//! Usage statistics of tenants.
//!
//! - `GET /tenant/statistics`: the caller's tenant, day by day
//! - `GET /tenant/statistics/summary`: a tenant over several days (`dateFrom`, `dateTo`, `tenant`)
//! - `GET /tenant/statistics/allTenantsSummary`: all tenants below the caller's

use serde_json::{Map, Value, json};

use crate::api::http::{Answer, Call, Routes, media};
use crate::refusal::Refusal;
use crate::state::{Counted, Days, Platform, Statistics, Tenant, format_time};

const READ: [&str; 1] = ["ROLE_TENANT_STATISTICS_READ"];
const READ_SUMMARY: [&str; 3] = [
    "ROLE_TENANT_STATISTICS_READ",
    "ROLE_INVENTORY_READ",
    "ROLE_MANAGED_OBJECT_READ",
];
const READ_ALL: [&str; 1] = ["ROLE_TENANT_MANAGEMENT_READ"];

/// Requests, which are no transfer of data.
const REQUESTS: [(&str, Counted); 2] = [
    ("requestCount", Counted::Requests),
    ("deviceRequestCount", Counted::DeviceRequests),
];
const TRANSFERS: [(&str, Counted); 7] = [
    ("alarmsCreatedCount", Counted::AlarmsCreated),
    ("alarmsUpdatedCount", Counted::AlarmsUpdated),
    ("eventsCreatedCount", Counted::EventsCreated),
    ("eventsUpdatedCount", Counted::EventsUpdated),
    ("inventoriesCreatedCount", Counted::InventoriesCreated),
    ("inventoriesUpdatedCount", Counted::InventoriesUpdated),
    ("measurementsCreatedCount", Counted::MeasurementsCreated),
];

pub(super) fn routes(routes: &mut Routes) {
    routes.at("/tenant/statistics").get(daily);
    routes.at("/tenant/statistics/summary").get(summary);
    routes
        .at("/tenant/statistics/allTenantsSummary")
        .get(all_tenants);
}

async fn daily(call: Call) -> Answer {
    call.caller.require(&READ)?;
    let days = days(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let statistics = platform.daily_statistics(tenant, days);
        call.page(media::STATISTICS, "usageStatistics", statistics, |day| {
            let mut body = view(&day);
            let id = format!("{}_{}", tenant.id, day.day.format("%Y%m%d"));
            body["self"] = call.link(&format!("/tenant/statistics/{id}")).into();
            body
        })
    })
}

async fn summary(call: Call) -> Answer {
    call.caller.require(&READ_SUMMARY)?;
    let days = days(&call)?;
    let id = call.query.get("tenant").unwrap_or(call.tenant());
    call.with(|platform| {
        if id != call.tenant() && !platform.administers(call.tenant(), id) {
            let message = "Access is denied: not the tenant's parent";
            return Err(Refusal::forbidden(message));
        }
        let statistics = platform.statistics(platform.tenant(id)?, days);
        Ok(Call::found(media::STATISTICS_SUMMARY, &view(&statistics)))
    })
}

async fn all_tenants(call: Call) -> Answer {
    call.caller.require(&READ_ALL)?;
    let days = days(&call)?;
    let body: Vec<Value> = call.with(|platform| {
        let tenants = platform.subtenants(call.tenant());
        tenants.map(|it| view_of(platform, it, days)).collect()
    });
    Ok(Call::found(media::PLAIN, &body))
}

fn days(call: &Call) -> Result<Days, Refusal> {
    Ok(Days::of(call.query.times("dateFrom", "dateTo")?))
}

fn view(statistics: &Statistics) -> Value {
    let count = |what| statistics.counts.get(what).copied().unwrap_or_default();
    let counts = REQUESTS.iter().chain(&TRANSFERS);
    let mut body: Map<String, Value> = counts
        .map(|(name, what)| ((*name).to_owned(), count(what).into()))
        .collect();
    let total: u64 = TRANSFERS.iter().map(|(_, what)| count(what)).sum();
    let used_by = statistics.resources.iter();
    // What a process uses is not measured here.
    let used_by =
        used_by.map(|(name, cause)| json!({"name": name, "cause": cause, "cpu": 0, "memory": 0}));
    let rest = json!({
        "day": format_time(statistics.day),
        "deviceCount": statistics.devices.all,
        "deviceEndpointCount": statistics.devices.all - statistics.devices.with_children,
        "deviceWithChildrenCount": statistics.devices.with_children,
        "operationsCreatedCount": 0,
        "operationsUpdatedCount": 0,
        "resources": {"cpu": 0, "memory": 0, "usedBy": used_by.collect::<Vec<_>>()},
        "storageSize": statistics.storage,
        "subscribedApplications": statistics.applications,
        "totalResourceCreateAndUpdateCount": total,
    });
    body.extend(rest.as_object().cloned().unwrap_or_default());
    body.into()
}

/// The summary of a tenant among others, with what tells it from them.
fn view_of(platform: &Platform, tenant: &Tenant, days: Days) -> Value {
    let statistics = platform.statistics(tenant, days);
    let mut body = view(&statistics);
    let detail = |name: &str| tenant.details.get(name).cloned();
    body["tenantId"] = tenant.id.clone().into();
    body["tenantDomain"] = tenant.domain.clone().into();
    body["creationTime"] = format_time(tenant.created).into();
    body["peakDeviceCount"] = statistics.devices.all.into();
    body["peakDeviceWithChildrenCount"] = statistics.devices.with_children.into();
    body["peakStorageSize"] = statistics.storage.into();
    body["tenantCustomProperties"] = detail("customProperties").unwrap_or_else(|| json!({}));
    if let Some(parent) = &tenant.parent {
        body["parentTenantId"] = parent.clone().into();
    }
    if let Some(company) = detail("company") {
        body["tenantCompany"] = company;
    }
    body
}
