//! The life of a container: probes, restarts, and its end.

use std::time::{Duration, Instant};

use local_platform::DeployError;
use serde_json::json;

use super::{
    container, containers, deploy, engine, incident, inspect, manifest, platform, restarted,
    service,
};

#[tokio::test]
async fn probes_are_run_against_the_container_and_commands_inside_it() {
    let Some(engine) = engine() else { return };
    let check = json!({"exec": {"command": ["/service", "check"]}, "periodSeconds": 1,
        "failureThreshold": 1, "timeoutSeconds": 5});
    let manifest = manifest("1.0.0", &json!({"readinessProbe": check}));
    let platform = platform(&engine, &manifest);
    let running = deploy(&platform, &manifest, &[]);
    platform
        .get("t101", "/service/example/busy")
        .await
        .expect(200);
    incident(
        &running,
        "not ready, so it gets no requests: /service: exit status: 1",
    );
    platform.get("t101", "/service/example/").await.expect(503);
}

#[tokio::test]
async fn without_a_probe_a_container_is_ready_once_it_listens() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({"readinessProbe": null}));
    let platform = platform(&engine, &manifest);
    let _running = deploy(&platform, &manifest, &[]);
    let answer = platform.get("t101", "/service/example/").await;
    assert_eq!(answer.expect(200).text, "1.0.0");
}

#[tokio::test]
async fn a_container_that_is_killed_or_ends_by_itself_is_started_again() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let (_folder, service) = service(&manifest, &[]);
    let service = service.restart_after(Duration::from_millis(20), Duration::from_millis(100));
    let running = platform.platform.deploy(service).expect("ready");
    let first = container(&running);
    engine.output(["kill", &first]).expect("a kill");
    incident(
        &running,
        "ended by itself: exit status: 137; it is started again",
    );
    restarted(&running, 1);
    assert_ne!(container(&running), first);
    // That it ends instead of an answer shows as a gateway's error.
    platform
        .get("t101", "/service/example/exit")
        .await
        .expect(502);
    incident(
        &running,
        "ended by itself: exit status: 7; it is started again",
    );
    restarted(&running, 2);
    platform.get("t101", "/service/example/").await.expect(200);
    // Those that have ended are gone.
    assert_eq!(containers(&engine, &platform).len(), 1);
}

#[tokio::test]
async fn a_container_that_takes_more_memory_than_its_limit_is_ended_by_the_engine() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({"resources": {"memory": "20M"}}));
    let platform = platform(&engine, &manifest);
    let running = deploy(&platform, &manifest, &[]);
    platform
        .get("t101", "/service/example/greedy")
        .await
        .expect(502);
    incident(
        &running,
        "killed since it takes more memory than its limit of 20000000 bytes",
    );
}

#[test]
fn a_container_that_ends_before_it_is_ready_is_reported_with_its_last_lines_and_removed() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let (_folder, service) = service(&manifest, &["broken"]);
    let error = platform.platform.deploy(service).err().expect("it ended");
    let is_ended = matches!(&error, DeployError::Ended { status, .. } if status.code() == Some(3));
    assert!(is_ended, "{error}");
    assert!(error.to_string().contains("no such luck"), "{error}");
    assert_eq!(containers(&engine, &platform), [""; 0]);
}

#[test]
fn a_container_gets_sigterm_and_may_finish_within_its_grace() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let running = deploy(&platform, &manifest, &[]);
    let instance = running.instances().remove(0);
    let status = running.stop().expect("an end");
    assert_eq!(status.code(), Some(0), "{status}");
    let log = instance.log();
    assert_eq!(
        log.last().map(String::as_str),
        Some("ended by SIGTERM"),
        "{log:?}"
    );
    assert_eq!(containers(&engine, &platform), [""; 0]);
}

#[test]
fn a_container_that_ignores_sigterm_is_killed_after_its_grace() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let (_folder, service) = service(&manifest, &["stubborn"]);
    let grace = Duration::from_millis(500);
    let running = platform
        .platform
        .deploy(service.grace(grace))
        .expect("ready");
    let begin = Instant::now();
    let status = running.stop().expect("an end");
    assert_eq!(status.code(), Some(137), "{status}");
    assert!(begin.elapsed() >= grace, "after {:?}", begin.elapsed());
    assert_eq!(containers(&engine, &platform), [""; 0]);
}

#[test]
fn a_container_that_is_stopped_before_it_runs_is_gone_at_once() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let (_folder, service) = service(&manifest, &[]);
    let begin = Instant::now();
    let launched = platform.platform.launch(service).expect("a container");
    drop(launched);
    assert_eq!(containers(&engine, &platform), [""; 0]);
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{:?}",
        begin.elapsed()
    );
}

#[test]
fn what_a_killed_platform_left_behind_is_removed_by_the_next_on_its_port() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let running = deploy(&platform, &manifest, &[]);
    let image = inspect(&engine, &container(&running))["Image"].clone();
    let port = platform.platform.address().port();
    let (label, image) = (
        format!("local-platform={port}"),
        image.as_str().expect("an ID"),
    );
    let left = ["run", "--detach", "--label", &label, image];
    let left = engine.output(left).expect("a container");
    running.stop().expect("an end");
    drop(platform);
    let builder = local_platform::LocalPlatform::builder().port(port);
    let next = builder
        .containers(engine.clone())
        .start()
        .expect("a platform");
    let error = engine
        .output(["inspect", &left])
        .expect_err("it is removed");
    assert!(error.to_string().contains("No such object"), "{error}");
    drop(next);
    // It was in use when the service that had loaded it ended.
    engine.output(["rmi", image]).expect("a removal");
}
