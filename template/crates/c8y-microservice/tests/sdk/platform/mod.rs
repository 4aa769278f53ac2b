//! The typed APIs, each call against the local platform.

mod alarms;
mod binaries;
mod current;
mod events;
mod identity;
mod inventory;
mod lists;
mod measurements;
mod media_types;
mod services;
mod tenant_options;

use c8y_microservice::{ManagedObjectId, PlatformError, TenantClient};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::{Setup, TestPlatform, TestService};

/// The service user of the tenant that the tests work in.
const SERVICE_USER: &str = "t101/service_example";

/// Roles to read and change what devices report.
const ROLES: [&str; 6] = [
    "ROLE_ALARM_READ",
    "ROLE_ALARM_ADMIN",
    "ROLE_EVENT_READ",
    "ROLE_EVENT_ADMIN",
    "ROLE_MEASUREMENT_READ",
    "ROLE_MEASUREMENT_ADMIN",
];

/// A platform with a service, and the client of its tenant `t101`. What is in the inventory there
/// belongs to an administrator, so that only roles count.
struct Place {
    client: TenantClient,
    service: TestService,
    platform: TestPlatform,
}

impl Place {
    async fn new() -> Self {
        Self::with_roles(&ROLES).await
    }

    async fn with_roles(roles: &[&str]) -> Self {
        let platform = TestPlatform::with_manifest(json!({ "requiredRoles": roles }));
        let service = Setup::at(&platform).ready().await;
        Self {
            client: service.client("t101").await,
            service,
            platform,
        }
    }

    async fn device(&self) -> ManagedObjectId {
        self.object(json!({ "name": "Pump 7", "type": "c8y_Pump" }))
            .await
    }

    async fn object(&self, object: Value) -> ManagedObjectId {
        let id = self.platform.create_object("t101", &object).await;
        ManagedObjectId::from(id)
    }

    /// The requests of the client, `METHOD path?query` each.
    fn requests(&self) -> Vec<String> {
        let requests = self.platform.requests_of(SERVICE_USER).into_iter();
        requests
            .map(|request| format!("{} {}?{}", request.method, request.path, request.query))
            .collect()
    }
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// It was refused by the client, which says why.
#[track_caller]
fn assert_invalid<T: std::fmt::Debug>(refused: Result<T, PlatformError>, reason: &str) {
    match refused {
        Err(PlatformError::Invalid(text)) => assert!(text.contains(reason), "{reason}: {text}"),
        other => panic!("{reason}: {other:?}"),
    }
}

#[track_caller]
fn assert_not_found<T: std::fmt::Debug>(answer: Result<T, PlatformError>) {
    match answer {
        Err(PlatformError::NotFound(answer)) => assert_eq!(answer.status, 404),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_forbidden<T: std::fmt::Debug>(answer: Result<T, PlatformError>, role: &str) {
    match answer {
        Err(PlatformError::Forbidden(answer)) => {
            assert!(answer.message.contains(role), "{role}: {answer:?}");
        }
        other => panic!("{role}: {other:?}"),
    }
}
