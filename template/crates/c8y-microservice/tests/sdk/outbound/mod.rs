//! Requests to the platform: their limits, their way, what is sent again, and what they carry.

mod application_key;
mod credentials;
mod injection;
mod limits;
mod proxies;
mod retries;

use c8y_microservice::http::Method;
use c8y_microservice::{
    ManagedObjectId, NewAlarm, NewEvent, NewMeasurement, PlatformError, Severity, TenantClient,
};
use serde_json::json;

use crate::support::{Setup, TestPlatform, TestService};

const OBJECTS: &str = "/inventory/managedObjects";
const ALARMS: &str = "/alarm/alarms";
const EVENTS: &str = "/event/events";
const MEASUREMENTS: &str = "/measurement/measurements";

/// A service at a local platform, and a device in one of its tenants.
struct World {
    platform: TestPlatform,
    service: TestService,
    client: TenantClient,
    device: ManagedObjectId,
}

impl World {
    async fn start() -> Self {
        let roles: Vec<_> = ["INVENTORY", "ALARM", "EVENT", "MEASUREMENT"]
            .into_iter()
            .flat_map(|api| ["READ", "ADMIN"].map(|level| format!("ROLE_{api}_{level}")))
            .collect();
        let platform = TestPlatform::with_manifest(json!({ "requiredRoles": roles }));
        let device = platform
            .create_object("t101", &json!({"name": "Pump"}))
            .await;
        let service = Setup::at(&platform).ready().await;
        let client = service.client("t101").await;
        Self {
            platform,
            service,
            client,
            device: device.into(),
        }
    }

    /// How often the service has sent something to a path and below, since the start.
    fn sent_to(&self, path: &str) -> usize {
        let all = self.platform.requests_of("t101/service_example");
        all.iter().filter(|it| it.path.starts_with(path)).count()
    }

    async fn read(&self) -> Result<(), PlatformError> {
        read(&self.client, OBJECTS).await
    }

    async fn create_alarm(&self) -> Result<u64, PlatformError> {
        let (source, severity) = (self.device.clone(), Severity::Major);
        let alarm = NewAlarm::new(source, "c8y_TooHot", "It is too hot", severity);
        let alarm = self.client.alarms().create(&alarm).await?;
        Ok(alarm.count)
    }

    async fn create_event(&self) -> Result<(), PlatformError> {
        let event = NewEvent::new(self.device.clone(), "c8y_Opened", "It is open");
        self.client.events().create(&event).await.map(drop)
    }

    async fn create_measurement(&self) -> Result<(), PlatformError> {
        let measurement = NewMeasurement::new(self.device.clone(), "c8y_Heat");
        let measurement = measurement.value("c8y_Heat", "T", 99.5, "C");
        let measurements = self.client.measurements();
        measurements.create(&measurement).await.map(drop)
    }
}

async fn read(client: &TenantClient, path: &str) -> Result<(), PlatformError> {
    client.request(Method::GET, path).send().await.map(drop)
}

/// Something that may not be sent twice.
async fn post(client: &TenantClient, path: &str) -> Result<(), PlatformError> {
    let request = client.request(Method::POST, path).json(&json!({"a": 1}));
    request.send().await.map(drop)
}
