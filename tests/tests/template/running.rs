//! A new project builds, passes its own tests and lints, and answers.

use std::{fs, path::Path};

use serde_json::Value;

use crate::support::{Call, Cargo, Dev, Workshop};

#[test]
fn a_multi_tenant_project_builds_passes_its_checks_and_answers() {
    builds_passes_its_checks_and_answers("MULTI_TENANT", 4);
}

#[test]
fn a_per_tenant_project_builds_passes_its_checks_and_answers() {
    builds_passes_its_checks_and_answers("PER_TENANT", 1);
}

#[track_caller]
fn builds_passes_its_checks_and_answers(isolation: &str, tenants: u64) {
    let workshop = Workshop::enter();
    let project = workshop.lay_out(isolation);
    let cargo = Cargo::new();
    cargo.must(&project, &["build", "--locked"]);
    cargo.must(&project, &["test", "--locked"]);
    cargo.must(&project, &["fmt", "--check"]);
    let clippy = [
        "clippy",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    cargo.must(&project, &clippy);
    let examples = ["check", "--locked", "--package", "c8y-microservice"];
    let examples = [&examples[..], &["--examples", "--all-features"]].concat();
    cargo.must(&project, &examples);

    let mut dev = Dev::start(&cargo, &project, &[]);
    let call = dev.line("curl");
    let (status, body) = Call::parse(&call).make();
    let answer = format!("{status} {body}\nto: {call}\ncargo dev:\n{}", dev.output());
    assert_eq!(status, 200, "{answer}");
    let body: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {answer}"));
    assert_eq!(body["created"], tenants, "{answer}");
    assert_eq!(body["failed"], 0, "{answer}");

    let status = dev.terminate();
    assert_eq!(status.code(), Some(0), "after SIGTERM:\n{}", dev.output());
    assert_eq!(
        running_from(cargo.target()),
        [""; 0],
        "left by cargo dev:\n{}",
        dev.output()
    );
}

/// Programs that still run out of this folder (on Linux; elsewhere none are found).
fn running_from(folder: &Path) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .filter_map(|process| fs::read_link(process.ok()?.path().join("exe")).ok())
        .filter(|program| program.starts_with(folder))
        .map(|program| program.display().to_string())
        .collect()
}
