//! The manifest, as the tool and the local platform read it, and as a service registers it.

use c8y_microservice::__internals::fuzzing;
use packaging::Manifest;
use serde_json::Value;

use super::Body;

/// A text that may be a manifest.
pub(super) const MANIFEST: Body = Body {
    name: "manifest",
    check: in_manifest,
    samples: &[
        r#"{"apiVersion":"2","name":"hello","version":"1.0.0","provider":{"name":"Acme"}}"#,
        r#"{"apiVersion":"v2","name":"hello-c8y","contextPath":"hello","version":"1.0.0-SNAPSHOT","provider":"c8y",
            "isolation":"PER_TENANT","scale":"NONE","replicas":2,"billingMode":"RESOURCES","resources":{"cpu":"0.5","memory":"128Mi"},
            "requestedResources":{"cpu":"250m","memory":"64M"},"requiredRoles":["ROLE_ALARM_ADMIN"],"roles":["ROLE_HELLO"],
            "settings":[{"key":"limit","defaultValue":"5","editable":true}],"settingsCategory":"hello",
            "livenessProbe":{"httpGet":{"path":"/health","port":80,"scheme":"HTTP","headers":[{"name":"a","value":"b"}]},
            "initialDelaySeconds":5,"periodSeconds":10,"failureThreshold":3},"readinessProbe":{"exec":{"command":["a"]}},
            "extensions":[{"type":"reporting"}],"c8y_other":null}"#,
        r#"{"apiVersion":2,"apiVersion":2,"provider":[],"replicas":1e3,"resources":{"memory":"1E"}}"#,
    ],
};

fn in_manifest(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let findings = Manifest::review(text);
    let read = Manifest::parse(text);
    assert_eq!(
        read.is_err(),
        findings.has_errors(),
        "{read:?}, {findings:?}"
    );
    for finding in findings.warnings().chain(findings.advice()) {
        assert!(finding.path.starts_with('$'), "{finding:?}");
        assert!(
            !finding.problem.is_empty() && !finding.allowed.is_empty(),
            "{finding:?}"
        );
    }
    if let Ok(manifest) = read {
        let shown = serde_json::to_value(&manifest).expect("what was read can be written");
        let again = Manifest::from_value(shown.clone());
        let again = again.unwrap_or_else(|error| panic!("{error}: {shown}"));
        assert_eq!(again, manifest, "{shown}");
    }
    if let Ok(name) = fuzzing::manifest(text) {
        assert!(!name.trim().is_empty());
        // What is skipped need not be a value: half a character, as `\ud800`.
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            assert_eq!(value["name"], name.as_str());
        }
    }
}
