//! The goals `status` and `logs`.

use local_platform::{LocalPlatform, RunningService, Service};
use serde_json::{Value, json};

use crate::support::{Project, assert_says, eventually, manifest, platform, platform_with};

/// Two instances that are ready at once.
fn instances() -> (LocalPlatform, RunningService) {
    let mut manifest: Value = manifest("1.0.0");
    manifest["readinessProbe"] = json!({"exec": {"command": ["true"]}});
    let platform = platform_with(&manifest);
    let service = Service::new("/bin/sh")
        .arg("-c")
        .arg("echo I am $APPLICATION_NAME; exec sleep 60");
    let running = platform.deploy(service).expect("a ready service");
    (platform, running)
}

#[test]
fn the_status_shows_version_instances_and_subscribed_tenants() {
    let (platform, running) = instances();
    let project = Project::new();
    let said = eventually("two active instances", || {
        let said = project.on(&platform, "status").ok();
        let is_up = said.contains("Up: 2 desired, 2 active, 0 restarts");
        if is_up { Ok(said) } else { Err(said) }
    });
    let id = platform.application_id();
    assert_says(
        &said,
        &[&format!("hello (id {id})"), "t100, t101, t102, t103"],
    );
    for instance in running.instances() {
        assert_says(&said, &[instance.name()]);
    }
}

#[test]
fn before_its_upload_an_application_has_no_version_and_no_instances() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    assert_says(
        &project.on(&platform, "status").ok(),
        &["no application hello"],
    );
    assert_says(
        &project.on(&platform, "deploy status").ok(),
        &["Version      1.0.0", "none was started", "no tenant"],
    );
}

#[test]
fn the_log_of_each_instance_stands_under_its_name() {
    let (platform, running) = instances();
    let project = Project::new();
    let names: Vec<String> = running
        .instances()
        .iter()
        .map(|it| it.name().to_owned())
        .collect();
    let said = eventually("both logs", || {
        let said = project.on(&platform, "logs").ok();
        let both = said.matches("I am hello").count() == 2;
        if both { Ok(said) } else { Err(said) }
    });
    for name in &names {
        assert_says(&said, &[&format!("== {name}\nI am hello\n")]);
    }
    let one = project
        .on(&platform, &format!("logs --instance {}", names[0]))
        .ok();
    assert_eq!(one, "I am hello\n");
    let later = project
        .on(&platform, "logs --since 2999-01-01T00:00:00Z")
        .ok();
    assert!(!later.contains("I am hello"), "{later}");
}

#[test]
fn an_instance_that_is_gone_is_named() {
    let (project, platform) = (Project::new(), platform_with(&manifest("1.0.0")));
    let said = project.on(&platform, "logs --instance hello-gone").fails();
    assert_says(&said, &["hello-gone", "404", "status"]);
    assert_says(
        &project.on(&platform, "logs").ok(),
        &["No instance of hello runs"],
    );
}
