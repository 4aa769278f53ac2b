//! The types of `cumulocity.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Findings, Probe, check, json, units};

/// The manifest's name as a file.
pub const FILE_NAME: &str = "cumulocity.json";

/// A microservice's manifest that the platform accepts.
///
/// Fields that are not named here are kept in [`Manifest::other`]: the platform adds some itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Format of the manifest, such as `2` or `v2`.
    pub api_version: Value,
    /// The application's name. Without one the platform takes the zip's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the gateway finds the service: below `/service/`. Without one it is the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_path: Option<String>,
    /// The service's version, a `SemVer` without build metadata.
    pub version: String,
    /// Who provides the service.
    pub provider: Provider,
    /// Who pays for the resources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_mode: Option<BillingMode>,
    /// One instance for all tenants, or one a tenant.
    #[serde(default)]
    pub isolation: Isolation,
    /// Whether the platform adds instances under load.
    #[serde(default)]
    pub scale: Scale,
    /// Number of instances, at least.
    #[serde(default = "one")]
    pub replicas: u8,
    /// Limits.
    #[serde(default)]
    pub resources: Resources,
    /// What the service asks for at least.
    #[serde(default)]
    pub requested_resources: Resources,
    /// Tenant options that configure the service.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// Category of these options, where it is not the context path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings_category: Option<String>,
    /// Roles of the service user in each subscribed tenant.
    #[serde(default)]
    pub required_roles: Vec<String>,
    /// Roles that the service brings for tenant users.
    #[serde(default)]
    pub roles: Vec<String>,
    /// When the platform restarts an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liveness_probe: Option<Probe>,
    /// When an instance gets requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readiness_probe: Option<Probe>,
    /// Extensions of the platform that the service uses.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    /// Every other field, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Manifest {
    /// Everything that there is to say about a manifest: what the platform refuses, what it accepts
    /// though it is hardly meant, and what could be better. What is no JSON has one finding, at `$`.
    #[must_use]
    pub fn review(json: &str) -> Findings {
        match json::read(json) {
            Ok(mut value) => {
                drop_nulls(&mut value);
                check::all(&value)
            }
            Err(error) => Findings::no_json(&error),
        }
    }

    /// Reads a manifest that the platform accepts.
    pub fn parse(json: &str) -> Result<Self, ManifestError> {
        Self::from_value(json::read(json)?)
    }

    /// The same of a manifest that is JSON already. A field that is `null` counts as absent.
    pub fn from_value(mut value: Value) -> Result<Self, ManifestError> {
        drop_nulls(&mut value);
        let findings = check::all(&value);
        findings.into_result().map_err(ManifestError::Invalid)?;
        Ok(serde_json::from_value(value)?)
    }

    /// Reads and checks the manifest in a file.
    pub fn read(path: &Path) -> Result<Self, ManifestError> {
        let in_file = |reason| ManifestError::InFile {
            path: path.to_owned(),
            reason: Box::new(reason),
        };
        let json = std::fs::read_to_string(path).map_err(|error| in_file(error.into()))?;
        Self::parse(&json).map_err(in_file)
    }

    /// The application's name, or the caller's default: where the manifest has none, the platform
    /// takes the zip's.
    #[must_use]
    pub fn name_or<'a>(&'a self, default: &'a str) -> &'a str {
        self.name.as_deref().unwrap_or(default)
    }

    /// Where the gateway finds the service: the context path, which is the name unless given.
    #[must_use]
    pub fn context_path<'a>(&'a self, name: &'a str) -> &'a str {
        self.context_path.as_deref().unwrap_or(name)
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

fn one() -> u8 {
    1
}

fn yes() -> bool {
    true
}

/// Who provides a service: the name of a provider the platform knows, or its details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Provider {
    /// A provider that the platform knows by name.
    Known(String),
    /// Any other provider.
    Company {
        /// The company.
        name: String,
        /// Its web site.
        #[serde(skip_serializing_if = "Option::is_none")]
        domain: Option<String>,
        /// E-mail address of its support.
        #[serde(skip_serializing_if = "Option::is_none")]
        support: Option<String>,
    },
}

/// Who is charged for what the service uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingMode {
    /// Resources are exposed for billing by use.
    Resources,
    /// The owner pays for resources, a tenant for its subscription.
    Subscription,
}

/// Whether tenants share an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Isolation {
    /// All subscribed tenants share the instances.
    #[default]
    MultiTenant,
    /// Each subscribed tenant has its own.
    PerTenant,
}

impl Isolation {
    /// As it is spelled in the manifest and in the environment.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MultiTenant => "MULTI_TENANT",
            Self::PerTenant => "PER_TENANT",
        }
    }
}

/// Whether the platform adds instances under load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scale {
    /// It does.
    Auto,
    /// It does not.
    #[default]
    None,
}

/// CPU and memory, in the platform's units (`500m`, `512Mi`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
pub struct Resources {
    /// Number of CPUs (`0.5`), or thousandths of one (`500m`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Memory: bytes (`64000000`), or with a unit (`64M`, `64Mi`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
}

impl Resources {
    /// The CPU in thousandths.
    #[must_use]
    pub fn millicpus(&self) -> Option<u64> {
        self.cpu.as_deref().and_then(units::millicpus)
    }

    /// The memory in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> Option<u64> {
        self.memory.as_deref().and_then(units::memory_bytes)
    }
}

/// A tenant option that configures the service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// The option's key.
    pub key: String,
    /// Its value where neither the tenant nor the owner has one.
    pub default_value: String,
    /// Whether a subscribed tenant may have a value of its own.
    #[serde(default)]
    pub editable: bool,
    /// Whether an update of the service resets what tenants have set.
    #[serde(default = "yes")]
    pub overwrite_on_update: bool,
    /// Whether the owner's value comes before the default.
    #[serde(default = "yes")]
    pub inherit_from_owner: bool,
    /// Every other field, as it came.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// An extension of the platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "tool", derive(schemars::JsonSchema))]
pub struct Extension {
    /// Its type ID.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its configuration.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Why there is no manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is no JSON, or not of the manifest's shape.
    #[error("is not the JSON of a manifest: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The platform would refuse it.
    #[error("would be refused by the platform:{0}")]
    Invalid(Findings),
    /// One of the above, with the file.
    #[error("{} {reason}", path.display())]
    InFile {
        /// The manifest's path.
        path: PathBuf,
        /// What is wrong with it.
        reason: Box<ManifestError>,
    },
}
