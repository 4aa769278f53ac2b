//! The status of instances, as the platform's pages show it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::instance::Instance;
use crate::state::{Fields, format_time, now};

/// `c8y_Status` of all instances, and with `PER_TENANT` `c8y_Subscriptions` of each tenant's.
pub(super) fn of(instances: &[&Arc<Instance>]) -> Fields {
    let mut tenants: BTreeMap<&str, Vec<&Arc<Instance>>> = BTreeMap::new();
    for instance in instances {
        if let Some(tenant) = instance.tenant() {
            tenants.entry(tenant).or_default().push(instance);
        }
    }
    let tenants = tenants
        .into_iter()
        .map(|(tenant, own)| (tenant.to_owned(), status(&own)));
    let subscriptions: Fields = tenants.collect();
    let mut fields = Fields::new();
    fields.insert("c8y_Status".to_owned(), status(instances));
    let subscriptions = Some(subscriptions).filter(|tenants| !tenants.is_empty());
    fields.insert("c8y_Subscriptions".to_owned(), json!(subscriptions));
    fields
}

fn status(instances: &[&Arc<Instance>]) -> Value {
    let desired = instances.len();
    let active = instances.iter().filter(|it| it.is_ready()).count();
    let restarts: u32 = instances.iter().map(|it| it.restarts()).sum();
    let status = match active {
        0 => "Down",
        _ if active < desired => "Unhealthy",
        _ => "Up",
    };
    let each: Fields = instances
        .iter()
        .map(|it| (it.name().to_owned(), instance(it)))
        .collect();
    json!({
        "lastUpdated": last_updated(),
        "instances": each,
        "details": {"desired": desired, "active": active, "restarts": restarts},
        "status": status,
    })
}

fn instance(instance: &Instance) -> Value {
    json!({
        "lastUpdated": last_updated(),
        "scheduled": true,
        "restarts": instance.restarts(),
        "memoryInBytes": instance.memory_limit().unwrap_or_default(),
    })
}

fn last_updated() -> Value {
    json!({"date": {"$date": format_time(now())}, "offset": 0})
}
