//! The instances of a microservice: their status and their logs.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Application, CallError, Platform, Step, encoded};

/// What the platform shows of an application's instances.
#[derive(Default, Deserialize)]
pub(in super::super) struct Instances {
    /// `Up`, `Unhealthy` or `Down`.
    #[serde(default)]
    pub(in super::super) status: Option<String>,
    #[serde(default)]
    pub(in super::super) details: Details,
    #[serde(rename = "instances", default)]
    each: Map<String, Value>,
}

/// Their numbers.
#[derive(Default, Deserialize)]
pub(in super::super) struct Details {
    #[serde(default)]
    pub(in super::super) desired: u32,
    #[serde(default)]
    pub(in super::super) active: u32,
    #[serde(default)]
    pub(in super::super) restarts: u32,
}

impl Instances {
    /// Each instance's name.
    pub(in super::super) fn names(&self) -> impl Iterator<Item = &str> {
        self.each.keys().map(String::as_str)
    }
}

#[derive(Deserialize)]
struct ManagedObjects {
    #[serde(rename = "managedObjects")]
    managed_objects: Vec<ManagedObject>,
}

#[derive(Deserialize)]
struct ManagedObject {
    #[serde(rename = "c8y_Status", default)]
    status: Option<Instances>,
}

#[derive(Deserialize)]
struct Log {
    #[serde(default)]
    logs: String,
}

impl Platform {
    /// The instances of an application; nothing where none was ever started.
    pub(in super::super) fn instances(
        &self,
        application: &Application,
    ) -> Result<Option<Instances>, CallError> {
        let step = Step::new(format!("read the status of {}", application.name))
            .role("ROLE_INVENTORY_READ");
        let path = format!(
            "/inventory/managedObjects?type=c8y_Application_{}&pageSize=1",
            encoded(&application.id)
        );
        let found: ManagedObjects = self.call(step, "GET", &path, None)?.read()?;
        Ok(found.managed_objects.into_iter().find_map(|it| it.status))
    }

    /// What an instance has logged, from a time on or all of it.
    pub(in super::super) fn log(
        &self,
        application: &Application,
        instance: &str,
        since: Option<&str>,
    ) -> Result<String, CallError> {
        let step = Step::new(format!("read the log of {instance}"))
            .role("ROLE_APPLICATION_MANAGEMENT_READ")
            .hint(404, "the instance is gone; status shows those there are");
        let query = since.map_or_else(String::new, |it| format!("?dateFrom={}", encoded(it)));
        let path = format!(
            "/application/applications/{}/logs/{}{query}",
            encoded(&application.id),
            encoded(instance)
        );
        let log: Log = self.call(step, "GET", &path, None)?.read()?;
        Ok(log.logs)
    }
}
