//! Identifiers of the platform, a type each, so that one is never taken for another.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier as the platform writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id)
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.to_owned())
            }
        }

        impl Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A tenant, such as `t12345`.
    TenantId
);
identifier!(
    /// A managed object of the inventory. It means something in its own tenant only.
    ManagedObjectId
);
identifier!(
    /// An alarm. It means something in its own tenant only.
    AlarmId
);
identifier!(
    /// An event. It means something in its own tenant only.
    EventId
);
identifier!(
    /// A measurement. It means something in its own tenant only.
    MeasurementId
);
