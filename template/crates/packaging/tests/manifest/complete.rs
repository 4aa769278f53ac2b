//! A manifest about which there is nothing to say, and ways to change it.

use packaging::Manifest;
use serde_json::{Value, json};

/// Has every field that goes with the others, none with its default.
pub fn complete() -> Value {
    json!({
        "apiVersion": "v2",
        "name": "hello",
        "contextPath": "greeter",
        "version": "1.0.0",
        "provider": {"name": "Acme", "domain": "https://acme.example", "support": "help@acme.example"},
        "billingMode": "SUBSCRIPTION",
        "isolation": "PER_TENANT",
        "scale": "AUTO",
        "replicas": 2,
        "resources": {"cpu": "1", "memory": "1G"},
        "requestedResources": {"cpu": "100m", "memory": "128Mi"},
        "settings": [{
            "key": "greeting",
            "defaultValue": "Hello",
            "editable": true,
            "overwriteOnUpdate": false,
            "inheritFromOwner": false,
        }],
        "settingsCategory": "greetings",
        "requiredRoles": ["ROLE_ALARM_READ"],
        "roles": ["ROLE_HELLO_ADMIN"],
        "livenessProbe": probe(),
        "readinessProbe": probe(),
        "extensions": [{"type": "example", "any": {"thing": 1}}],
    })
}

fn probe() -> Value {
    json!({
        "httpGet": {
            "host": "localhost",
            "path": "/health",
            "port": 8080,
            "scheme": "HTTPS",
            "headers": [{"name": "Accept", "value": "*/*"}],
        },
        "initialDelaySeconds": 1,
        "periodSeconds": 2,
        "successThreshold": 3,
        "timeoutSeconds": 4,
        "failureThreshold": 5,
    })
}

/// The complete manifest with one value changed, or added. The value is named by a JSON pointer.
pub fn with(pointer: &str, value: Value) -> Value {
    let Some((parent, key)) = pointer.rsplit_once('/') else {
        return value;
    };
    let mut manifest = complete();
    let parent = manifest
        .pointer_mut(parent)
        .unwrap_or_else(|| panic!("no {parent} in the manifest"));
    match key.parse::<usize>() {
        Ok(index) => parent[index] = value,
        Err(_) => parent[key] = value,
    }
    manifest
}

/// JSON pointers to all fields in a manifest.
pub fn pointers(value: &Value, at: &str) -> Vec<String> {
    let children: Vec<_> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (format!("{at}/{name}"), field))
            .collect(),
        Value::Array(items) => {
            let within = |(index, item)| pointers(item, &format!("{at}/{index}"));
            return items.iter().enumerate().flat_map(within).collect();
        }
        _ => Vec::new(),
    };
    children
        .into_iter()
        .flat_map(|(at, field)| {
            let within = pointers(field, &at);
            std::iter::once(at).chain(within)
        })
        .collect()
}

#[test]
fn nothing_is_said_about_a_complete_manifest() {
    let findings = Manifest::review(&complete().to_string());
    assert!(findings.is_empty(), "{findings}");
}

#[test]
fn the_types_hold_every_field_of_a_complete_manifest() {
    let manifest = Manifest::from_value(complete()).expect("a complete manifest");
    assert!(manifest.other.is_empty(), "{:?}", manifest.other);
    assert!(manifest.settings[0].other.is_empty(), "{manifest:?}");
    let written = serde_json::to_value(manifest).expect("a manifest is JSON");
    assert_eq!(written, complete());
}
