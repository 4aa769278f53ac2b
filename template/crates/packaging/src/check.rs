//! The checks, field by field: the manifest's shape stands here, the rules for single values in
//! `rules`.
//!
//! They run on the JSON, before it becomes a [`crate::Manifest`]: a typed reader would stop at the
//! first finding.

use serde_json::{Map, Value};

use crate::{Findings, rules};

const PROBES: [&str; 2] = ["livenessProbe", "readinessProbe"];
const ACTIONS: [&str; 3] = ["exec", "tcpSocket", "httpGet"];
const COUNTERS: [&str; 4] = [
    "periodSeconds",
    "successThreshold",
    "timeoutSeconds",
    "failureThreshold",
];

/// Everything that is wrong with a manifest.
pub(crate) fn all(manifest: &Value) -> Result<(), Findings> {
    let mut findings = Findings::default();
    let Some(fields) = manifest.as_object() else {
        findings.add(
            "$",
            "is not an object",
            "an object with the manifest's fields",
        );
        return Err(findings);
    };
    let mut at = At {
        path: "$",
        fields,
        findings: &mut findings,
    };
    identity(&mut at);
    running(&mut at);
    lists(&mut at);
    for name in PROBES {
        at.object(name, probe);
    }
    findings.into_result()
}

fn identity(at: &mut At<'_>) {
    at.required("apiVersion", rules::api_version);
    at.optional("name", rules::name);
    at.optional("contextPath", rules::context_path);
    at.required("version", rules::version);
    at.required("provider", rules::provider);
    at.optional("settingsCategory", rules::text);
}

fn running(at: &mut At<'_>) {
    at.optional("isolation", |value| {
        rules::one_of(value, &["MULTI_TENANT", "PER_TENANT"])
    });
    at.optional("billingMode", |value| {
        rules::one_of(value, &["RESOURCES", "SUBSCRIPTION"])
    });
    at.optional("scale", |value| rules::one_of(value, &["AUTO", "NONE"]));
    at.optional("replicas", |value| rules::integer(value, 1..=5));
    for resources in ["resources", "requestedResources"] {
        at.object(resources, |at| {
            at.optional("cpu", rules::text);
            at.optional("memory", rules::text);
        });
    }
}

fn lists(at: &mut At<'_>) {
    at.list("requiredRoles", rules::text);
    at.list("roles", rules::text);
    at.objects("settings", |at| at.required("key", rules::text));
    at.objects("extensions", |at| at.required("type", rules::text));
}

fn probe(at: &mut At<'_>) {
    let actions = ACTIONS
        .iter()
        .filter(|action| at.fields.contains_key(**action))
        .count();
    if actions != 1 {
        at.findings.add(
            at.path,
            format!("has {actions} actions"),
            format!("exactly one of {}", ACTIONS.join(", ")),
        );
    }
    at.optional("initialDelaySeconds", |value| {
        rules::integer(value, 0..=i64::MAX)
    });
    for counter in COUNTERS {
        at.optional(counter, |value| rules::integer(value, 1..=i64::MAX));
    }
    at.object("exec", |at| {
        at.required("command", rules::list);
        at.list("command", rules::text);
    });
    at.object("tcpSocket", address);
    at.object("httpGet", |at| {
        address(at);
        at.required("path", rules::text);
        at.optional("scheme", |value| rules::one_of(value, &["HTTP", "HTTPS"]));
        at.objects("headers", |at| {
            at.required("name", rules::text);
            at.required("value", rules::text);
        });
    });
}

fn address(at: &mut At<'_>) {
    at.optional("host", rules::text);
    at.optional("port", |value| rules::integer(value, 1..=65535));
}

/// An object in the manifest, with its place and where findings go.
struct At<'a> {
    path: &'a str,
    fields: &'a Map<String, Value>,
    findings: &'a mut Findings,
}

impl At<'_> {
    fn required(&mut self, name: &str, rule: impl Fn(&Value) -> rules::Verdict) {
        if self.fields.contains_key(name) {
            self.optional(name, rule);
        } else {
            // What is allowed is the rule's to say: it says so of anything that it refuses.
            let allowed = rule(&Value::Null)
                .err()
                .map_or_else(String::new, |wrong| wrong.allowed);
            self.findings.add(self.path_of(name), "is missing", allowed);
        }
    }

    fn optional(&mut self, name: &str, rule: impl Fn(&Value) -> rules::Verdict) {
        let path = self.path_of(name);
        if let Some(Err(wrong)) = self.fields.get(name).map(rule) {
            self.findings.add(path, wrong.problem, wrong.allowed);
        }
    }

    fn object(&mut self, name: &str, inner: impl Fn(&mut At<'_>)) {
        if let Some(value) = self.fields.get(name) {
            let path = self.path_of(name);
            self.within(&path, value, inner);
        }
    }

    fn objects(&mut self, name: &str, inner: impl Fn(&mut At<'_>)) {
        self.items(name, |at, path, item| at.within(path, item, &inner));
    }

    fn list(&mut self, name: &str, rule: impl Fn(&Value) -> rules::Verdict) {
        self.items(name, |at, path, item| {
            if let Err(wrong) = rule(item) {
                at.findings.add(path, wrong.problem, wrong.allowed);
            }
        });
    }

    fn items(&mut self, name: &str, mut each: impl FnMut(&mut Self, &str, &Value)) {
        match self.fields.get(name) {
            None => {}
            Some(Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{}[{index}]", self.path_of(name));
                    each(self, &path, item);
                }
            }
            Some(_) => self
                .findings
                .add(self.path_of(name), "is not a list", "a list"),
        }
    }

    fn within(&mut self, path: &str, value: &Value, inner: impl Fn(&mut At<'_>)) {
        match value.as_object() {
            Some(fields) => inner(&mut At {
                path,
                fields,
                findings: &mut *self.findings,
            }),
            None => self.findings.add(path, "is not an object", "an object"),
        }
    }

    fn path_of(&self, name: &str) -> String {
        format!("{}.{name}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Isolation, Manifest, ManifestError};

    fn complete(change: impl FnOnce(&mut Value)) -> Value {
        let mut manifest = json!({
            "apiVersion": "2", "name": "hello", "version": "1.0.0", "provider": {"name": "Acme"}
        });
        change(&mut manifest);
        manifest
    }

    fn findings(manifest: Value) -> Vec<String> {
        match Manifest::from_value(manifest) {
            Err(ManifestError::Invalid(findings)) => findings
                .iter()
                .map(|finding| finding.path.clone())
                .collect(),
            Err(other) => panic!("no findings, but: {other}"),
            Ok(_) => Vec::new(),
        }
    }

    #[test]
    fn every_finding_is_reported_at_once_with_its_path() {
        let manifest = json!({
            "name": "My_Service", "contextPath": "a b", "version": "1", "provider": {"name": ""},
            "replicas": 6, "isolation": "SHARED", "requiredRoles": ["ROLE_ALARM_ADMIN", 7],
            "readinessProbe": {"httpGet": {"path": "/health", "port": 65536}, "tcpSocket": {}},
        });
        let expected = [
            "$.apiVersion",
            "$.contextPath",
            "$.isolation",
            "$.name",
            "$.provider",
            "$.readinessProbe",
            "$.readinessProbe.httpGet.port",
            "$.replicas",
            "$.requiredRoles[1]",
            "$.version",
        ];
        assert_eq!(findings(manifest), expected);
    }

    #[test]
    fn what_is_missing_says_what_is_allowed() {
        let error = Manifest::from_value(json!({"apiVersion": "1", "version": "1.0.0"}));
        let error = error.expect_err("there is no provider").to_string();
        assert!(
            error.contains("$.provider: is missing; allowed: a name"),
            "{error}"
        );
    }

    #[test]
    fn null_counts_as_absent() {
        let manifest = complete(|manifest| {
            manifest["settingsCategory"] = Value::Null;
            manifest["requiredRoles"] = Value::Null;
            manifest["readinessProbe"] = json!({"exec": null, "tcpSocket": {"port": 80}});
        });
        assert_eq!(findings(manifest), [""; 0]);
    }

    #[test]
    fn fields_that_the_platform_adds_are_kept() {
        let manifest = complete(|manifest| manifest["noAppSwitcher"] = json!(true));
        let manifest = Manifest::from_value(manifest).expect("a complete manifest");
        assert_eq!(manifest.other["noAppSwitcher"], true);
    }

    #[test]
    fn what_is_left_out_has_the_platforms_defaults() {
        let manifest = Manifest::from_value(complete(|_| {})).expect("a complete manifest");
        assert_eq!(manifest.isolation, Isolation::MultiTenant);
        assert_eq!(manifest.replicas, 1);
        assert_eq!(manifest.context_path(manifest.name_or("other")), "hello");
    }

    #[test]
    fn a_probe_has_exactly_one_action() {
        for probe in [
            json!({}),
            json!({"exec": {"command": ["true"]}, "tcpSocket": {}}),
        ] {
            let manifest = complete(|manifest| manifest["livenessProbe"] = probe);
            assert_eq!(findings(manifest), ["$.livenessProbe"]);
        }
    }
}
