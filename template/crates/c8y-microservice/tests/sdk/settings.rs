//! The service's own settings in each tenant.

mod reading;
mod writing;

use c8y_microservice::Settings;
use serde_json::{Value, json};

use crate::support::{Setup, TestPlatform, TestService};

const CATEGORY: &str = "limits";

/// A platform whose application declares settings, and a service that may write options.
async fn with_settings(settings: Value) -> (TestPlatform, TestService) {
    let platform = TestPlatform::with_manifest(json!({
        "settingsCategory": CATEGORY,
        "settings": settings,
        "requiredRoles": ["ROLE_OPTION_MANAGEMENT_ADMIN"],
    }));
    let service = Setup::at(&platform).ready().await;
    (platform, service)
}

/// One setting that tenants may set, with a default.
fn editable() -> Value {
    json!([{"key": "max", "defaultValue": "1", "editable": true}])
}

async fn of(service: &TestService, tenant: &str) -> Settings {
    service.client(tenant).await.settings()
}

/// How often the settings of a tenant were read.
fn reads(platform: &TestPlatform, tenant: &str) -> usize {
    let requests = platform.requests_of(&format!("{tenant}/service_example"));
    let path = "/application/currentApplication/settings";
    let reads = requests.iter().filter(|request| request.path == path);
    reads.count()
}
