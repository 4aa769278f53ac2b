//! Manifests that the platform accepts: those of its documentation, completed, this repository's, and
//! what may be left out or spelled otherwise.

use packaging::{Isolation, Manifest};
use serde_json::{Value, json};

use crate::complete::with;

/// The example of the documentation.
fn documented() -> Value {
    json!({
        "apiVersion": "v2",
        "name": "my-microservice",
        "version": "1.0.0",
        "provider": {"name": "New Company Ltd.", "domain": "", "support": ""},
        "isolation": "MULTI_TENANT",
        "scale": "AUTO",
        "replicas": 2,
        "resources": {"cpu": "1", "memory": "1G"},
        "requestedResources": {"cpu": "100m", "memory": "128Mi"},
        "requiredRoles": ["ROLE_ALARM_READ"],
        "roles": [],
        "livenessProbe": {
            "httpGet": {"path": "/health", "port": 80},
            "initialDelaySeconds": 60,
            "periodSeconds": 10,
        },
        "readinessProbe": {
            "httpGet": {"path": "/health", "port": 80},
            "initialDelaySeconds": 20,
            "periodSeconds": 10,
        },
        "settingsCategory": "myms",
        "settings": [{"key": "tracker-id", "defaultValue": "1234"}],
    })
}

/// One as the platform returns it, of its own.
fn returned() -> Value {
    let probe = |delay| {
        json!({
            "failureThreshold": 3,
            "httpGet": {"path": "/health", "port": 80},
            "initialDelaySeconds": delay,
            "periodSeconds": 30,
            "successThreshold": 1,
            "timeoutSeconds": 10,
        })
    };
    json!({
        "apiVersion": "1",
        "billingMode": "RESOURCES",
        "contextPath": "connectivity",
        "imports": [],
        "isolation": "MULTI_TENANT",
        "livenessProbe": probe(360),
        "noAppSwitcher": true,
        "provider": {"name": "Cumulocity GmbH"},
        "readinessProbe": probe(30),
        "requiredRoles": ["ROLE_INVENTORY_READ", "ROLE_OPTION_MANAGEMENT_ADMIN"],
        "resources": {"cpu": "2000m", "memory": "1Gi"},
        "roles": ["ROLE_CONNECTIVITY_READ", "ROLE_CONNECTIVITY_ADMIN"],
        "settingsCategory": null,
        "version": "1010.0.8",
    })
}

fn least() -> Value {
    json!({"apiVersion": "2", "version": "1.0.0", "provider": "c8y"})
}

/// All of them.
pub fn manifests() -> Vec<Value> {
    let own = include_str!("../../../../../cumulocity.json");
    let own = serde_json::from_str(own).expect("JSON");
    let probe = |action: Value| with("/livenessProbe", action);
    vec![
        documented(),
        returned(),
        least(),
        own,
        probe(json!({"exec": {"command": ["cat", "/tmp/alive"]}, "httpGet": null})),
        probe(json!({"tcpSocket": {"host": "localhost", "port": 65535}})),
        probe(json!({"httpGet": {"path": "/"}, "initialDelaySeconds": 0, "periodSeconds": 1})),
        with("/apiVersion", json!(2)),
        with("/name", json!("a-name-of-23-characters")),
        with("/settings/0/defaultValue", json!("")),
        with("/settings", Value::Null),
        with("/replicas", json!(5)),
    ]
}

#[test]
fn they_have_neither_errors_nor_warnings() {
    for manifest in manifests() {
        let findings = Manifest::review(&manifest.to_string());
        let against: Vec<_> = findings.errors().chain(findings.warnings()).collect();
        assert!(against.is_empty(), "{against:#?} in {manifest:#}");
        Manifest::from_value(manifest).expect("a manifest");
    }
}

#[test]
fn the_documented_one_needs_no_advice() {
    let findings = Manifest::review(&documented().to_string());
    assert!(findings.is_empty(), "{findings}");
}

#[test]
fn a_snapshot_may_have_one_replica() {
    let mut manifest = documented();
    manifest["version"] = json!("1.0.0-SNAPSHOT");
    manifest["replicas"] = json!(1);
    let findings = Manifest::review(&manifest.to_string());
    assert!(findings.is_empty(), "{findings}");
}

#[test]
fn what_is_left_out_has_the_platforms_defaults() {
    let mut manifest = least();
    manifest["settings"] = json!([{"key": "a", "defaultValue": "1"}]);
    manifest["noAppSwitcher"] = json!(true);
    let manifest = Manifest::from_value(manifest).expect("a manifest");
    assert_eq!(manifest.isolation, Isolation::MultiTenant);
    assert_eq!(manifest.replicas, 1);
    assert_eq!(manifest.context_path(manifest.name_or("other")), "other");
    let setting = &manifest.settings[0];
    assert!(!setting.editable && setting.overwrite_on_update && setting.inherit_from_owner);
    assert_eq!(manifest.other["noAppSwitcher"], true);
}

#[test]
fn resources_are_read_in_thousandths_and_bytes() {
    let manifest = Manifest::from_value(documented()).expect("a manifest");
    assert_eq!(manifest.resources.millicpus(), Some(1000));
    assert_eq!(manifest.requested_resources.memory_bytes(), Some(128 << 20));
}
