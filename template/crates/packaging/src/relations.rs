//! Rules about more than one value, and advice.

mod find;

use crate::forms::{CPU, MEMORY};
use crate::shape::Relation;
use crate::{Severity, units};
use find::{
    above_limit, breach, has_no_limit, hidden, is_below_two, is_lonely_release, items, spaced,
    twice,
};

/// All of the manifest's.
pub(crate) const RELATIONS: &[Relation] = &[
    Relation {
        severity: Severity::Error,
        path: "settings[].key",
        allowed: "each key once",
        find: |manifest| twice(&items(manifest, "settings", |item| item.get("key"))),
    },
    Relation {
        severity: Severity::Warning,
        path: "requiredRoles[]",
        allowed: "each role once",
        find: |manifest| twice(&items(manifest, "requiredRoles", Some)),
    },
    Relation {
        severity: Severity::Warning,
        path: "roles[]",
        allowed: "each role once",
        find: |manifest| twice(&items(manifest, "roles", Some)),
    },
    // The platform takes both, but no node runs a container that asks for more than it may use.
    Relation {
        severity: Severity::Warning,
        path: "requestedResources.cpu",
        allowed: "at most the limit, cpu in resources",
        find: |manifest| above_limit(manifest, "cpu", &CPU, units::millicpus),
    },
    Relation {
        severity: Severity::Warning,
        path: "requestedResources.memory",
        allowed: "at most the limit, memory in resources",
        find: |manifest| above_limit(manifest, "memory", &MEMORY, units::memory_bytes),
    },
    Relation {
        severity: Severity::Advice,
        path: "apiVersion",
        allowed: "2: version 1 is deprecated, and platforms may refuse it",
        find: |manifest| breach(is_below_two(manifest), "is below 2"),
    },
    Relation {
        severity: Severity::Advice,
        path: "replicas",
        allowed: "at least 2, which production needs, or a version that ends in -SNAPSHOT",
        find: |manifest| breach(is_lonely_release(manifest), "is 1 with a release version"),
    },
    Relation {
        severity: Severity::Advice,
        path: "resources.cpu",
        allowed: "a limit of your own: the default is up to each platform",
        find: |manifest| breach(has_no_limit(manifest, "cpu"), "is missing"),
    },
    Relation {
        severity: Severity::Advice,
        path: "resources.memory",
        allowed: "a limit of your own: the default is up to each platform",
        find: |manifest| breach(has_no_limit(manifest, "memory"), "is missing"),
    },
    Relation {
        severity: Severity::Advice,
        path: "livenessProbe",
        allowed: "a probe: without one an instance that hangs is never restarted",
        find: |manifest| breach(!manifest.contains_key("livenessProbe"), "is missing"),
    },
    Relation {
        severity: Severity::Advice,
        path: "readinessProbe",
        allowed: "a probe: without one callers see the errors of an instance that is starting",
        find: |manifest| breach(!manifest.contains_key("readinessProbe"), "is missing"),
    },
    Relation {
        severity: Severity::Advice,
        path: "roles[]",
        allowed: "ROLE_<NAME>_READ, ROLE_<NAME>_ADMIN or ROLE_<NAME>_CREATE, which the platform's \
                  pages show",
        find: |manifest| hidden(&items(manifest, "roles", Some)),
    },
    Relation {
        severity: Severity::Advice,
        path: "settings[].defaultValue",
        allowed: "a value without spaces: older platforms pass settings on in headers, and cannot \
                  with these",
        find: |manifest| {
            spaced(&items(manifest, "settings", |item| {
                item.get("defaultValue")
            }))
        },
    },
];
