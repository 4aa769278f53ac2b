//! What becomes of instances that run: probes, memory, ends, restarts, and what the platform says
//! about it.

use std::time::Duration;

use local_platform::{Isolation, LocalPlatform, Manifest, RunningService, Service};
use serde_json::{Value, json};

use crate::helpers::{Folder, TestPlatform, eventually};
use crate::runtime::{PLATFORM, ended, shell};

const PATH: &str = "/service/example/tenant/currentTenant";

/// A manifest with these fields besides its own.
fn manifest(fields: &Value) -> Value {
    let mut manifest = json!({
        "apiVersion": "2", "name": "example", "version": "1.0.0", "provider": "c8y",
        "readinessProbe": {"tcpSocket": {"host": "localhost", "port": 80}},
    });
    let all = manifest.as_object_mut().expect("an object");
    all.extend(fields.as_object().expect("an object").clone());
    manifest
}

/// A probe that succeeds for as long as a file is not there.
fn until(file: &str, folder: &Folder) -> Value {
    let file = folder.0.join(file);
    let script = format!("! [ -e {} ]", file.display());
    json!({
        "exec": {"command": ["/bin/sh", "-c", script]}, "periodSeconds": 1, "failureThreshold": 1,
    })
}

/// A second local platform as the service. `script` runs first.
fn service(folder: &Folder, script: &str) -> Service {
    let inner = json!({"apiVersion": "2", "name": "inner", "version": "1.0.0", "provider": "c8y"});
    folder.write("cumulocity.json", &inner.to_string());
    let script = format!(
        "cd {} && {script} exec {PLATFORM} serve --port $SERVER_PORT",
        folder.0.display()
    );
    shell(&script).restart_after(Duration::from_millis(20), Duration::from_millis(100))
}

fn restarted(running: &RunningService, times: u32) {
    eventually("a restart", || {
        let instances = running.instances();
        let instance = instances.first().ok_or("no instance")?;
        if instance.restarts() >= times && instance.is_ready() {
            Ok(())
        } else {
            Err(format!(
                "restarts {}, ready {}, log {:?}",
                instance.restarts(),
                instance.is_ready(),
                instance.log()
            ))
        }
    });
}

/// Waits for something that the platform says happened to an instance.
fn incident(running: &RunningService, text: &str) {
    let mut seen = Vec::new();
    eventually(text, || {
        seen.extend(running.take_incidents());
        if seen.iter().any(|incident| incident.what.contains(text)) {
            Ok(())
        } else {
            Err(format!("{seen:?}"))
        }
    });
}

#[tokio::test]
async fn a_service_that_ends_by_itself_is_started_again_and_gets_requests_again() {
    let platform = TestPlatform::with_manifest(manifest(&json!({})));
    let folder = Folder::new();
    let running = platform.platform.deploy(service(&folder, ""));
    let running = running.expect("a ready service");
    let first = running.pid();
    for times in 1..=2 {
        nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(running.pid().cast_signed()),
            nix::sys::signal::Signal::SIGKILL,
        )
        .expect("a signal");
        restarted(&running, times);
    }
    assert_ne!(running.pid(), first);
    incident(&running, "ended by itself: signal: 9");
    platform.get("t101", PATH).await.expect(200);
}

#[tokio::test]
async fn a_service_that_is_not_ready_gets_no_requests_until_it_is_again() {
    let folder = Folder::new();
    let probe = until("busy", &folder);
    let manifest = manifest(&json!({"readinessProbe": probe}));
    let platform = TestPlatform::with_manifest(manifest);
    let running = platform.platform.deploy(service(&folder, ""));
    let running = running.expect("a ready service");
    let busy = folder.write("busy", "");
    incident(&running, "not ready, so it gets no requests");
    platform.get("t101", PATH).await.expect(503);
    std::fs::remove_file(busy).expect("the file");
    restarted(&running, 0);
    // Not for want of an answer: the probe here says nothing about the port.
    eventually("a connection", || {
        std::net::TcpStream::connect(running.address()).map_err(|error| error.to_string())
    });
    platform.get("t101", PATH).await.expect(200);
    assert_eq!(running.instances()[0].restarts(), 0);
}

#[test]
fn a_service_that_is_not_alive_is_stopped_and_started_again() {
    let folder = Folder::new();
    let probe = until("stuck", &folder);
    let manifest = manifest(&json!({"livenessProbe": probe}));
    let platform = TestPlatform::with_manifest(manifest);
    let service = service(&folder, "rm -f stuck;");
    let running = platform.platform.deploy(service).expect("a ready service");
    let first = running.pid();
    folder.write("stuck", "");
    restarted(&running, 1);
    incident(&running, "not alive");
    eventually("the end of the first process", || ended(first));
}

#[cfg(target_os = "linux")]
#[test]
fn a_service_that_takes_more_memory_than_its_limit_is_started_again() {
    let manifest = manifest(&json!({"resources": {"memory": "100M"}}));
    let platform = TestPlatform::with_manifest(manifest);
    let folder = Folder::new();
    // What a process has started counts as well. `tail` keeps the whole of a line.
    let greedy = "if ! [ -e full ]; then touch full; \
                  (head -c 200000000 /dev/zero; exec sleep 60) | tail & fi;";
    let running = platform.platform.deploy(service(&folder, greedy));
    let running = running.expect("a ready service");
    incident(&running, "its limit is 100000000");
    restarted(&running, 1);
}

#[tokio::test]
async fn the_status_of_the_instances_and_their_logs_can_be_read() {
    let platform = TestPlatform::with_manifest(manifest(&json!({"replicas": 2})));
    let folder = Folder::new();
    let service = service(&folder, "echo starting;");
    let running = platform.platform.deploy(service).expect("ready instances");
    let id = platform.platform.application_id();
    let objects = format!("/inventory/managedObjects?type=c8y_Application_{id}");
    let status = async || {
        let list = platform.get("t100", &objects).await.expect(200).json();
        list["managedObjects"][0].clone()
    };
    let seen = status().await;
    assert_eq!(seen["name"], "example", "{seen}");
    assert_eq!(seen["applicationId"], id, "{seen}");
    assert_eq!(seen["applicationOwner"], "t100", "{seen}");
    assert_eq!(seen["c8y_SupportedLogs"], json!(["syslog"]), "{seen}");
    assert_eq!(seen["c8y_Status"]["status"], "Up", "{seen}");
    let details = &seen["c8y_Status"]["details"];
    assert_eq!(
        *details,
        json!({"desired": 2, "active": 2, "restarts": 0}),
        "{seen}"
    );
    let names = seen["c8y_Status"]["instances"].as_object().expect("names");
    let names: Vec<&String> = names.keys().collect();
    assert_eq!(names.len(), 2, "{seen}");

    let log = |name: &str| format!("/application/applications/{id}/logs/{name}");
    for name in names {
        let answer = platform.get("t100", &log(name)).await.expect(200).json();
        let lines = answer["logs"].as_str().expect("a text");
        assert!(lines.starts_with("starting\n"), "{answer}");
        assert_eq!(answer["truncated"], false, "{answer}");
        let later = format!("{}?dateFrom=2999-01-01", log(name));
        let later = platform.get("t100", &later).await.expect(200).json();
        assert_eq!(later["logs"], "", "{later}");
        platform.get("t101", &log(name)).await.refused(403);
    }
    platform.get("t100", &log("another")).await.refused(404);

    running.stop().expect("an end");
    let seen = status().await;
    assert_eq!(seen["c8y_Status"]["status"], "Down", "{seen}");
    assert_eq!(seen["c8y_Status"]["instances"], json!({}), "{seen}");
}

#[test]
fn replicas_are_the_manifests_unless_the_platform_is_started_with_others() {
    let manifest = Manifest::from_value(manifest(&json!({"replicas": 2}))).expect("a manifest");
    let start = |builder: local_platform::Builder| {
        let platform = builder.manifest(manifest.clone()).start();
        let platform = platform.expect("a platform");
        let folder = Folder::new();
        let running = platform.deploy(service(&folder, "")).expect("ready");
        running.instances().len()
    };
    assert_eq!(start(LocalPlatform::builder()), 2);
    assert_eq!(start(LocalPlatform::builder().replicas(3)), 3);
    let per_tenant = LocalPlatform::builder()
        .isolation(Isolation::PerTenant)
        .further_tenants(1)
        .replicas(1);
    assert_eq!(start(per_tenant), 2);
}
