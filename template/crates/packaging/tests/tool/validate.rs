//! The goal `validate`.

use crate::support::{Project, assert_says, manifest};

#[test]
fn a_manifest_that_the_platform_accepts_is_valid() {
    let said = Project::new().call("validate").ok();
    assert_says(&said, &["The platform accepts ", "cumulocity.json"]);
}

#[test]
fn every_finding_is_shown_and_the_status_says_whether_the_platform_refuses_it() {
    let mut wrong = manifest("1.0.0+7");
    wrong["replicas"] = 9.into();
    wrong["requiredRole"] = vec!["ROLE_ALARM_READ"].into();
    let project = Project::of(&wrong);
    let folder = project.folder().to_str().expect("a path");
    let outcome = Project::empty()
        .call(&format!("validate -dir {folder}"))
        .end();
    assert_eq!(outcome.0.status.code(), Some(1), "{outcome}");
    assert_says(&outcome.stderr(), &["error: the platform would refuse "]);
    let said = outcome.stdout();
    let (errors, other) = said.split_once("\nWarnings:\n").expect(&said);
    let (warnings, advice) = other.split_once("\nAdvice:\n").expect(&said);
    assert_says(errors, &["Errors:\n", "$.replicas", "$.version", "allowed"]);
    assert_says(warnings, &["$.requiredRole", "requiredRoles"]);
    assert_says(advice, &["$.livenessProbe"]);
}
