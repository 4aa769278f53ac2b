//! Every rule is broken alone by one of the cases, and found.

use packaging::{Finding, Manifest, Rule, Severity};

use crate::broken::cases;
use crate::complete::with;

#[test]
fn each_case_has_the_one_finding_that_it_is_made_for() {
    for (pointer, value, expected) in cases() {
        let manifest = with(&pointer, value.clone()).to_string();
        let found: Vec<_> = Manifest::review(&manifest)
            .iter()
            .map(|it| format!("{} {it}", it.severity))
            .collect();
        assert_eq!(found, [expected], "{pointer} = {value}");
    }
}

#[test]
fn only_errors_are_refused() {
    for (pointer, value, expected) in cases() {
        let refused = Manifest::from_value(with(&pointer, value.clone())).is_err();
        assert_eq!(
            refused,
            expected.starts_with("error "),
            "{pointer} = {value}"
        );
    }
}

#[test]
fn there_is_a_case_for_every_rule_and_a_rule_for_every_case() {
    let mut unbroken = packaging::rules();
    for (pointer, value, _) in cases() {
        let findings = Manifest::review(&with(&pointer, value.clone()).to_string());
        let rules = packaging::rules();
        let rule = rules.iter().find(|rule| is_against(rule, &findings[0]));
        assert!(rule.is_some(), "no rule is listed for {}", findings[0]);
        unbroken.retain(|rule| !is_against(rule, &findings[0]));
    }
    assert!(unbroken.is_empty(), "no case breaks {unbroken:#?}");
}

/// Whether a finding is of this rule.
fn is_against(rule: &Rule, finding: &Finding) -> bool {
    let path = without_indexes(&finding.path);
    if let Some(object) = rule.path.strip_suffix(".*") {
        let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
        return object == parent && finding.problem.starts_with("is not a field");
    }
    let is_presence = finding.severity == Severity::Error && finding.problem == "is missing";
    rule.path == path
        && rule.severity == finding.severity
        && rule.is_presence == is_presence
        && rule.allowed == finding.allowed
}

/// `$.roles[]` of `$.roles[7]`.
fn without_indexes(path: &str) -> String {
    path.chars().filter(|it| !it.is_ascii_digit()).collect()
}

#[test]
fn all_findings_come_at_once_errors_first_and_by_their_paths() {
    let manifest = serde_json::json!({
        "name": "My_Service", "contextPath": "a b", "version": "1", "provider": {"name": ""},
        "replicas": 6, "isolation": "SHARED", "requiredRoles": ["ROLE_ALARM_ADMIN", 7],
        "readinessProbe": {"httpGet": {"path": "/", "port": 65536}, "exec": {"command": ["true"]}},
        "scales": "AUTO", "resources": {"cpu": "1", "memory": "1G"},
    });
    let findings = Manifest::review(&manifest.to_string());
    let seen: Vec<_> = findings
        .iter()
        .map(|it| format!("{} {}", it.severity, it.path))
        .collect();
    let expected = [
        "error $.apiVersion",
        "error $.contextPath",
        "error $.isolation",
        "error $.name",
        "error $.provider.name",
        "error $.readinessProbe",
        "error $.readinessProbe.httpGet.port",
        "error $.replicas",
        "error $.requiredRoles[1]",
        "error $.version",
        "warning $.scales",
        "advice $.livenessProbe",
    ];
    assert_eq!(seen, expected);
    assert_eq!(findings.errors().count(), 10);
    assert_eq!(findings.warnings().count(), 1);
    assert_eq!(findings.advice().count(), 1);
}

#[test]
fn an_unknown_field_has_the_name_that_is_nearest() {
    for (name, nearest) in [
        ("contextpath", "contextPath"),
        ("requiredRole", "requiredRoles"),
        ("requiresRoles", "requiredRoles"),
        ("role", "roles"),
        ("requestResources", "requestedResources"),
        ("livelinessProbe", "livenessProbe"),
        ("setting", "settings"),
        ("api_version", "apiVersion"),
    ] {
        let findings = Manifest::review(&with(&format!("/{name}"), true.into()).to_string());
        let allowed: Vec<_> = findings.iter().map(|it| &*it.allowed).collect();
        assert_eq!(allowed, [nearest], "{name}: {findings}");
    }
}
