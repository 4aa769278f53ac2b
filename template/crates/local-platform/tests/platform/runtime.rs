//! Services that run as child processes. The service here is a second local platform: it is at
//! hand.

mod per_tenant;
mod supervision;

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::time::Duration;

use local_platform::{DeployError, RunningService, Service};
use serde_json::{Value, json};

use crate::helpers::{Call, Folder, TestPlatform, eventually};

pub(crate) const PLATFORM: &str = env!("CARGO_BIN_EXE_local-platform");

fn manifest(readiness_probe: &Value) -> Value {
    json!({
        "apiVersion": "2", "name": "example", "version": "1.0.0", "provider": "c8y",
        "readinessProbe": readiness_probe,
    })
}

/// Ready once the service knows the administrator; the header makes the difference between 200 and
/// 401.
fn ready_for_admin() -> Value {
    let header =
        json!({"name": "Authorization", "value": "Basic dDEwMC9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ=="});
    json!({"httpGet": {"path": "/tenant/currentTenant", "headers": [header]}})
}

pub(crate) fn shell(script: &str) -> Service {
    Service::new("/bin/sh").arg("-c").arg(script)
}

/// A local platform that listens where it is told to.
fn service(folder: &Folder) -> Service {
    folder.write("cumulocity.json", &manifest(&Value::Null).to_string());
    let script =
        r#"echo "starting" && cd "$FOLDER" && exec "$PLATFORM" serve --port "$SERVER_PORT""#;
    let folder = folder.0.to_str().expect("a path in UTF-8");
    shell(script)
        .env("FOLDER", folder)
        .env("PLATFORM", PLATFORM)
}

#[tokio::test]
async fn a_deployed_service_is_ready_and_behind_the_gateway_until_it_stops() {
    let platform = TestPlatform::with_manifest(manifest(&ready_for_admin()));
    let folder = Folder::new();
    let running = platform
        .platform
        .deploy(service(&folder))
        .expect("a ready service");
    let path = "/service/example/tenant/currentTenant";
    let answer = platform.get("t101", path).await.expect(200);
    assert_eq!(answer.json()["name"], "t101");
    assert_eq!(running.log().first().map(String::as_str), Some("starting"));

    let url = format!("{}/tenant/currentTenant", running.url());
    Call::new("GET", &url).send().await.expect(401);
    let status = running.stop().expect("an end");
    assert_eq!(status.code(), Some(0), "{status}");
    platform.get("t101", path).await.expect(503);
}

#[tokio::test]
async fn the_service_of_a_deleted_application_is_stopped_and_out_of_the_gateway() {
    let platform = TestPlatform::with_manifest(manifest(&ready_for_admin()));
    let folder = Folder::new();
    let running = platform.platform.deploy(service(&folder)).expect("ready");
    let id = platform.platform.application_id();
    let path = format!("/application/applications/{id}?force=true");
    platform.delete("t100", &path).await.expect(204);
    eventually("the end of the service", || ended(running.pid()));

    // Another one under the same context path does not meet it.
    let other = json!({"name": "example", "key": "other", "type": "MICROSERVICE"});
    let other = platform.post("t100", "/application/applications", other);
    let body = json!({"application": {"id": other.await.expect(201).id()}});
    let path = "/tenant/tenants/t101/applications";
    platform.post("t100", path, body).await.expect(201);
    let answer = platform.get("t101", "/service/example/").await;
    let no_instance = "no instance of it is running";
    assert!(answer.text.contains(no_instance), "{}", answer.text);
    answer.expect(503);
}

#[test]
fn the_environment_of_a_service_is_the_injected_one_and_nothing_else() {
    let platform = TestPlatform::start().platform;
    let passed_on = ["RUST_BACKTRACE", "RUST_LOG"].into_iter();
    let expected: BTreeSet<String> = platform
        .bootstrap_environment(80)
        .into_keys()
        .chain(["OWN", "SERVER_ADDRESS"].map(str::to_owned))
        .chain(
            passed_on
                .filter(|name| std::env::var_os(name).is_some())
                .map(str::to_owned),
        )
        .collect();
    let service = Service::new("/usr/bin/env").env("OWN", "1");
    let running = platform.launch(service).expect("started");
    // The lines arrive on a thread of their own.
    eventually("all variables", || {
        let lines = running.log();
        let names = lines.iter().filter_map(|line| line.split_once('='));
        let names: BTreeSet<String> = names.map(|(name, _)| name.to_owned()).collect();
        if names == expected {
            Ok(())
        } else {
            Err(format!("{names:?} instead of {expected:?}"))
        }
    });
}

/// Beyond those that the log keeps.
#[test]
fn every_line_is_told_to_whoever_listens() {
    let platform = TestPlatform::start().platform;
    let (told, lines) = mpsc::channel();
    let service = shell("seq 10001; echo last >&2; exec sleep 60");
    let service = service.on_line(move |line| {
        // Nobody listens any more where the test has failed.
        told.send(line.to_owned()).ok();
    });
    let running = platform.launch(service).expect("started");
    eventually("the last line", || {
        let lines = running.log();
        let is_there = lines.iter().any(|line| line == "last");
        is_there.then_some(()).ok_or(format!("{:?}", lines.last()))
    });
    drop((running, platform));
    // The listener is dropped with the service: the iterator ends.
    let mut lines: Vec<String> = lines.iter().collect();
    lines.retain(|line| line != "last");
    let expected: Vec<_> = (1..=10_001).map(|it: u32| it.to_string()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_service_that_ends_before_it_is_ready_is_reported_with_its_status_and_last_lines() {
    let platform = TestPlatform::with_manifest(manifest(
        &json!({"tcpSocket": {"host": "localhost", "port": 80}}),
    ));
    let deployed = platform
        .platform
        .deploy(shell("echo 'no such luck' >&2; exit 3"));
    let error = deployed.err().expect("it ended");
    assert!(
        matches!(&error, DeployError::Ended { status, .. } if status.code() == Some(3)),
        "{error}"
    );
    assert!(error.to_string().contains("no such luck"), "{error}");
}

#[test]
fn a_service_that_does_not_get_ready_is_stopped_and_the_reason_told() {
    let platform = TestPlatform::with_manifest(manifest(&ready_for_admin()));
    let service = shell("echo $$; exec sleep 60").ready_within(Duration::from_millis(300));
    let mut launched = platform.platform.launch(service).expect("a process");
    let pid = launched.pid();
    let error = launched.wait_until_ready().expect_err("it never listens");
    assert!(error.to_string().contains("no connection to"), "{error}");
    drop(launched);
    assert!(!is_alive(pid), "process {pid} is still there");
}

#[test]
fn a_service_that_ignores_sigterm_is_killed_with_its_children() {
    let platform = TestPlatform::with_manifest(manifest(&json!({"exec": {"command": ["true"]}})));
    let script = "trap '' TERM; sleep 60 & echo $!; while true; do sleep 1; done";
    let service = shell(script).grace(Duration::from_millis(300));
    let running = platform.platform.deploy(service).expect("a process");
    let child = first_number(&running);
    let status = running.stop().expect("an end");
    assert_eq!(status.code(), None, "not killed, but {status}");
    eventually("the end of the child", || ended(child));
}

#[test]
fn what_a_service_has_started_ends_with_it() {
    let platform = TestPlatform::with_manifest(manifest(&json!({"exec": {"command": ["true"]}})));
    let running = platform
        .platform
        .deploy(shell("sleep 60 & echo $!; wait"))
        .expect("a process");
    let child = first_number(&running);
    running.stop().expect("an end");
    eventually("the end of the child", || ended(child));
}

#[test]
fn an_executable_that_is_not_there_is_named() {
    let platform = TestPlatform::start();
    let error = platform
        .platform
        .deploy(Service::new("/nowhere/service"))
        .err()
        .expect("no such file");
    assert!(error.to_string().contains("/nowhere/service"), "{error}");
}

/// The process ID that a service writes first.
fn first_number(running: &RunningService) -> u32 {
    eventually("a process ID", || {
        let lines = running.log();
        let number = lines.first().and_then(|line| line.parse().ok());
        number.ok_or_else(|| format!("{lines:?}"))
    })
}

pub(crate) fn ended(pid: u32) -> Result<(), String> {
    if is_alive(pid) {
        Err(format!("process {pid} still runs"))
    } else {
        Ok(())
    }
}

/// Whether a process runs; one that has ended and waits for its parent to notice does not.
fn is_alive(pid: u32) -> bool {
    let state = state(pid);
    !state.is_empty() && !state.starts_with(['Z', 'X'])
}

/// From `/proc` where there is one: a bare Linux has no `ps`.
fn state(pid: u32) -> String {
    if std::path::Path::new("/proc/self/stat").exists() {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        return stat.rsplit(") ").next().unwrap_or_default().to_owned();
    }
    let mut ps = std::process::Command::new("ps");
    let output = ps
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .expect("ps");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
