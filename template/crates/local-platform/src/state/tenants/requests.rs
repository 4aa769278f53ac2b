//! Which requests count as used by a tenant, and which of them as a device's.

use crate::path::lies_below;
use crate::state::{Counted, Platform};

/// What the platform and its SDKs ask for by themselves.
const NOT_COUNTED: [&str; 4] = [
    "/application/currentApplication",
    "/devicecontrol/deviceCredentials",
    "/inventory/templates",
    "/tenant/limit",
];
/// The APIs that are not for devices.
const NOT_FOR_DEVICES: [&str; 3] = ["/application", "/tenant", "/user"];

impl Platform {
    /// Counts a request of one of a tenant's users, whatever came of it.
    pub(crate) fn count_request(&mut self, tenant: &str, path: &str, key: Option<&str>) {
        let of_application = key.is_some_and(|key| self.uses_application(tenant, key));
        if let Ok(tenant) = self.tenant_mut(tenant) {
            for counted in counted(path, of_application) {
                tenant.usage.count(*counted);
            }
        }
    }

    /// Whether a key is that of an application that a tenant has or is subscribed to.
    fn uses_application(&self, tenant: &str, key: &str) -> bool {
        let mut applications = self.applications.values();
        applications.any(|application| {
            application.key() == key
                && (application.owner == tenant || self.is_subscribed(tenant, application.id))
        })
    }
}

fn counted(path: &str, of_application: bool) -> &'static [Counted] {
    let below_any = |areas: &[&str]| areas.iter().any(|area| lies_below(path, area));
    if path.contains("/health") || below_any(&NOT_COUNTED) {
        &[]
    } else if of_application || below_any(&NOT_FOR_DEVICES) {
        &[Counted::Requests]
    } else {
        &[Counted::Requests, Counted::DeviceRequests]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Demo, PASSWORD};

    #[test]
    fn a_request_counts_by_its_path_and_as_a_devices_unless_an_application_sent_it() {
        for (path, requests, device_requests) in [
            ("/alarm/alarms", 1, 1),
            ("/service/hello/work", 1, 1),
            ("/user/currentUser", 1, 0),
            ("/tenant/currentTenant", 1, 0),
            ("/application/applications", 1, 0),
            ("/application/currentApplication", 0, 0),
            ("/application/currentApplication/subscriptions", 0, 0),
            ("/tenant/limit", 0, 0),
            ("/inventory/templates/12", 0, 0),
            ("/tenant/health", 0, 0),
            ("/service/hello/health", 0, 0),
        ] {
            let all = requests + device_requests;
            assert_eq!(counted(path, false).len(), all, "{path}");
            assert_eq!(counted(path, true).len(), requests, "{path}");
        }
    }

    #[test]
    fn a_key_counts_where_the_application_is_used() {
        let manifest = crate::manifest::example().expect("the example's manifest");
        let demo = Demo {
            manifest: &manifest,
            name: "example",
            further_tenants: 2,
            administrators: &[],
            bootstrap_password: PASSWORD,
        };
        let (mut platform, application) = demo.build().expect("the data");
        platform
            .unsubscribe("t102", application.id)
            .expect("a subscription");
        for (tenant, key, used) in [
            ("t100", application.key(), true),
            ("t101", application.key(), true),
            ("t102", application.key(), false),
            ("t101", "another", false),
        ] {
            let seen = platform.uses_application(tenant, key);
            assert_eq!(seen, used, "{key} in {tenant}");
        }
    }
}
