//! Uploads that are run.

use std::collections::BTreeSet;

use local_platform::Engine;
use serde_json::{Value, json};

use super::replicas::Requests;
use super::{containers, engine, manifest, platform, zip};
use crate::helpers::{TestPlatform, eventually};
use crate::runtime::shell;

const PATH: &str = "/service/example/";

/// A platform with an application that has nothing to run yet.
fn start(engine: &Engine) -> TestPlatform {
    platform(engine, &manifest("0.0.0", &json!({})))
}

fn application(platform: &TestPlatform) -> String {
    let id = platform.platform.application_id();
    format!("/application/applications/{id}")
}

async fn upload(platform: &TestPlatform, manifest: &Value, arguments: &[&str]) {
    let path = format!("{}/binaries", application(platform));
    let answer = platform.upload(&path, &zip(manifest, arguments)).await;
    answer.expect(201);
}

/// Waits until the gateway has the service's answer.
async fn serves(platform: &TestPlatform, version: &str) {
    let mut seen = String::new();
    for _ in 0..400 {
        let answer = platform.get("t101", PATH).await;
        seen = format!("{}: {}", answer.status, answer.text);
        if answer.status == 200 && answer.text == version {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!(
        "{version} does not serve: {seen}, {:?}",
        platform.platform.take_incidents()
    );
}

fn number_of_containers(engine: &Engine, platform: &TestPlatform, number: usize) {
    eventually(&format!("{number} containers"), || {
        let seen = containers(engine, platform);
        let as_many = seen.len() == number;
        as_many.then_some(()).ok_or_else(|| format!("{seen:?}"))
    });
}

/// Waits for something that the platform says happened to an instance of an upload.
fn incident(platform: &TestPlatform, text: &str) -> String {
    let mut seen = Vec::new();
    eventually(text, || {
        seen.extend(platform.platform.take_incidents());
        let found = seen.iter().find(|incident| incident.what.contains(text));
        let found = found.map(|incident| incident.instance.clone());
        found.ok_or_else(|| format!("{seen:?}"))
    })
}

#[tokio::test]
async fn an_upload_runs_and_a_newer_version_takes_its_place_without_losing_a_request() {
    let Some(engine) = engine() else { return };
    let platform = start(&engine);
    platform.get("t101", PATH).await.expect(503);
    upload(&platform, &manifest("1.0.0", &json!({"replicas": 2})), &[]).await;
    serves(&platform, "1.0.0").await;

    let get = Requests::begin(&platform, "GET", "/slow");
    let post = Requests::begin(&platform, "POST", "/slow");
    get.more(1);
    upload(&platform, &manifest("1.0.1", &json!({})), &[]).await;
    incident(&platform, "serves version 1.0.1");
    number_of_containers(&engine, &platform, 1);
    for requests in [get, post] {
        requests.more(1);
        let versions = ["1.0.0", "1.0.1"].map(str::to_owned);
        assert_eq!(requests.end(), BTreeSet::from(versions));
    }
    let answer = platform.get("t101", PATH).await.expect(200);
    assert_eq!(answer.text, "1.0.1");
}

#[tokio::test]
async fn an_upload_runs_for_as_long_as_somebody_is_subscribed() {
    let Some(engine) = engine() else { return };
    let platform = start(&engine);
    let id = platform.platform.application_id();
    for tenant in ["t100", "t101"] {
        let path = format!("/tenant/tenants/{tenant}/applications/{id}");
        platform.delete("t100", &path).await.expect(204);
    }
    upload(&platform, &manifest("1.0.0", &json!({})), &[]).await;
    number_of_containers(&engine, &platform, 0);
    let body = json!({"application": {"id": id}});
    let subscriptions = "/tenant/tenants/t101/applications";
    platform.post("t100", subscriptions, body).await.expect(201);
    serves(&platform, "1.0.0").await;

    let path = format!("{subscriptions}/{id}");
    platform.delete("t100", &path).await.expect(204);
    incident(&platform, "nobody is subscribed any more");
    number_of_containers(&engine, &platform, 0);
}

#[tokio::test]
async fn a_deleted_application_is_stopped_and_its_image_removed() {
    let Some(engine) = engine() else { return };
    let platform = start(&engine);
    upload(&platform, &manifest("1.0.0", &json!({})), &[]).await;
    serves(&platform, "1.0.0").await;
    let container = containers(&engine, &platform).remove(0);
    let image = super::inspect(&engine, &container)["Image"].clone();
    let path = format!("{}?force=true", application(&platform));
    platform.delete("t100", &path).await.expect(204);
    number_of_containers(&engine, &platform, 0);
    eventually("the image's removal", || {
        let image = image.as_str().expect("an ID");
        let seen = engine.output(["image", "inspect", image]);
        seen.map_or(Ok(()), |_| Err(image.to_owned()))
    });
}

#[tokio::test]
async fn an_upload_takes_the_place_of_what_was_deployed_by_hand() {
    let Some(engine) = engine() else { return };
    let platform = platform(
        &engine,
        &manifest("0.0.0", &json!({"readinessProbe": null})),
    );
    let script = format!(
        "cd {} && exec {} serve --port $SERVER_PORT",
        env!("CARGO_MANIFEST_DIR"),
        crate::runtime::PLATFORM
    );
    let deployed = platform.platform.deploy(shell(&script)).expect("ready");
    upload(&platform, &manifest("1.0.0", &json!({})), &[]).await;
    serves(&platform, "1.0.0").await;
    incident(&platform, "serves version 1.0.0");
    eventually("the end of the other one", || {
        crate::runtime::ended(deployed.pid())
    });
    for _ in 0..3 {
        let answer = platform.get("t101", PATH).await;
        assert_eq!(answer.expect(200).text, "1.0.0");
    }
}

#[tokio::test]
async fn a_version_that_does_not_get_ready_shows_and_the_one_before_goes_on_serving() {
    let Some(engine) = engine() else { return };
    let platform = start(&engine);
    upload(&platform, &manifest("1.0.0", &json!({})), &[]).await;
    serves(&platform, "1.0.0").await;
    upload(&platform, &manifest("1.0.1", &json!({})), &["broken"]).await;
    let name = incident(&platform, "ended by itself: exit status: 3");
    for _ in 0..5 {
        assert_eq!(platform.get("t101", PATH).await.expect(200).text, "1.0.0");
    }
    let id = platform.platform.application_id();
    let path = format!("/inventory/managedObjects?type=c8y_Application_{id}");
    let seen = platform.get("t100", &path).await.expect(200).json();
    let status = &seen["managedObjects"][0]["c8y_Status"];
    assert_eq!(status["status"], "Unhealthy", "{seen}");
    assert!(
        status["instances"][&name].is_object(),
        "no {name} in {seen}"
    );
    let path = format!("{}/logs/{name}", application(&platform));
    let log = platform.get("t100", &path).await.expect(200).json();
    let log = log["logs"].as_str().expect("a text");
    assert!(log.starts_with("no such luck\n"), "{log}");

    upload(&platform, &manifest("1.0.2", &json!({})), &[]).await;
    serves(&platform, "1.0.2").await;
    number_of_containers(&engine, &platform, 1);
}

#[tokio::test]
async fn an_image_that_the_engine_refuses_is_refused_and_nothing_changes() {
    let Some(engine) = engine() else { return };
    let platform = start(&engine);
    let before = platform.get("t100", &application(&platform)).await.text;
    let path = format!("{}/binaries", application(&platform));
    let zip = crate::helpers::zip(&[
        (
            "cumulocity.json",
            &manifest("1.0.0", &json!({})).to_string(),
        ),
        ("image.tar", "no image"),
    ]);
    let refused = platform.upload(&path, &zip).await;
    assert!(
        refused.text.contains("image.tar in the zip"),
        "{}",
        refused.text
    );
    refused.refused(422);
    assert_eq!(
        platform.get("t100", &application(&platform)).await.text,
        before
    );
}

#[tokio::test]
async fn nothing_is_left_of_an_upload_when_the_platform_stops() {
    let Some(engine) = engine() else { return };
    let platform = start(&engine);
    upload(&platform, &manifest("1.0.0", &json!({"replicas": 2})), &[]).await;
    serves(&platform, "1.0.0").await;
    let port = platform.platform.address().port();
    drop(platform);
    let filter = format!("label=local-platform={port}");
    let left = engine.output(["ps", "--all", "--quiet", "--filter", &filter]);
    assert_eq!(left.expect("a list"), "");
}
