//! What works, and could be better.

use serde_json::{Value, json};

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    vec![
        (
            "/apiVersion",
            json!("v1"),
            "advice $.apiVersion: is below 2; better: 2: version 1 is deprecated, and platforms may \
             refuse it",
        ),
        (
            "/replicas",
            Value::Null,
            "advice $.replicas: is 1 with a release version; better: at least 2, which production \
             needs, or a version that ends in -SNAPSHOT",
        ),
        (
            "/resources/cpu",
            Value::Null,
            "advice $.resources.cpu: is missing; better: a limit of your own: the default is up to \
             each platform",
        ),
        (
            "/resources/memory",
            Value::Null,
            "advice $.resources.memory: is missing; better: a limit of your own: the default is up \
             to each platform",
        ),
        (
            "/livenessProbe",
            Value::Null,
            "advice $.livenessProbe: is missing; better: a probe: without one an instance that hangs \
             is never restarted",
        ),
        (
            "/readinessProbe",
            Value::Null,
            "advice $.readinessProbe: is missing; better: a probe: without one callers see the \
             errors of an instance that is starting",
        ),
        (
            "/roles/0",
            json!("ROLE_HELLO_WRITE"),
            "advice $.roles[0]: is \"ROLE_HELLO_WRITE\"; better: ROLE_<NAME>_READ, ROLE_<NAME>_ADMIN \
             or ROLE_<NAME>_CREATE, which the platform's pages show",
        ),
        (
            "/settings/0/defaultValue",
            json!("Hello there"),
            "advice $.settings[0].defaultValue: has a space; better: a value without spaces: older \
             platforms pass settings on in headers, and cannot with these",
        ),
    ]
}
