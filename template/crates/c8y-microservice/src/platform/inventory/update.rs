//! Changes of a managed object.

use serde::Serialize;
use serde_json::{Map, Value};

/// What is to change in a managed object; all else stays as it is.
///
/// ```
/// use c8y_microservice::ManagedObjectUpdate;
///
/// let update = ManagedObjectUpdate::new()
///     .name("Pump 7, repaired")
///     .fragment("example_Pressure", serde_json::json!({ "bar": 1.2 }))
///     .remove("example_Damage");
/// ```
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct ManagedObjectUpdate(Map<String, Value>);

impl ManagedObjectUpdate {
    /// No change yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives it another name.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.fragment("name", name.into())
    }

    /// Gives it another type.
    #[must_use]
    pub fn kind(self, kind: &str) -> Self {
        self.fragment("type", kind.into())
    }

    /// Sets a fragment, new or in the place of the one that is there.
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Removes a fragment, by sending `null` for it.
    #[must_use]
    pub fn remove(self, name: &str) -> Self {
        self.fragment(name, Value::Null)
    }
}
