//! What a container is made of, and what it may do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use local_platform::{DeployError, Service};
use packaging::Package;
use serde_json::json;

use super::{
    container, containers, context, deploy, engine, image_name, inspect, manifest, named_zip,
    platform,
};
use crate::helpers::{Call, Folder, TestPlatform, package};

#[tokio::test]
async fn a_package_runs_in_a_container_with_the_injected_environment_and_reaches_the_platform() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let running = deploy(&platform, &manifest, &[]);

    let seen = platform.get("t101", "/service/example/environment").await;
    let seen = seen.expect(200).text;
    let seen: BTreeMap<&str, &str> = seen.lines().filter_map(|it| it.split_once('=')).collect();
    let port = platform.platform.address().port();
    let base_url = format!("http://cumulocity:{port}");
    for (name, value) in platform.platform.bootstrap_environment(80) {
        let value = if name == "C8Y_BASEURL" {
            &base_url
        } else {
            &value
        };
        assert_eq!(seen.get(&*name), Some(&value.as_str()), "{name}");
    }
    assert_eq!(seen.get("SERVER_ADDRESS"), None, "it listens for everybody");

    let seen = platform.get("t101", "/service/example/platform").await.text;
    assert!(seen.starts_with("HTTP/1.1 200"), "{seen}");
    assert!(seen.contains(r#""name":"t100""#), "{seen}");

    // The same service without the gateway, for people.
    let direct = format!("{}/", running.url());
    let direct = Call::new("GET", &direct).send().await;
    assert_eq!(direct.expect(200).text, "1.0.0");

    running.stop().expect("an end");
    assert_eq!(containers(&engine, &platform), [""; 0]);
}

#[tokio::test]
async fn a_container_is_confined_and_limited_as_on_the_platform() {
    let Some(engine) = engine() else { return };
    let resources = json!({"resources": {"cpu": "100m", "memory": "64Mi"}});
    let manifest = manifest("1.0.0", &resources);
    let platform = platform(&engine, &manifest);
    let running = deploy(&platform, &manifest, &[]);

    let seen = platform.get("t101", "/service/example/confinement").await;
    let seen = seen.expect(200).text;
    let words: Vec<&str> = seen.split_whitespace().collect();
    // NET_BIND_SERVICE is the tenth of all capabilities, and the only one.
    for expected in [
        &["Uid:", "65532", "65532"][..],
        &["Gid:", "65532", "65532"],
        &["CapBnd:", "0000000000000400"],
        &["written:", "Err(ReadOnlyFilesystem)"],
    ] {
        let is_there = words.windows(expected.len()).any(|it| it == expected);
        assert!(is_there, "no {expected:?} in {seen}");
    }
    let seen = inspect(&engine, &container(&running));
    let host = &seen["HostConfig"];
    assert_eq!(host["Memory"], 64 << 20, "{host}");
    assert_eq!(host["MemorySwap"], 64 << 20, "{host}");
    assert_eq!(host["NanoCpus"], 100_000_000, "{host}");
}

#[tokio::test]
async fn limits_are_the_platforms_where_the_manifest_has_none_and_the_user_is_the_images() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let context = context("USER 4711\nCMD [\"/service\", \"1.0.0\"]\n");
    let package = package(&manifest, &context, &image_name());
    let path = context.0.join("example.zip");
    std::fs::write(&path, package).expect("a file");
    let running = platform.platform.deploy(Service::package(path));
    let running = running.expect("a service that is ready");

    let seen = platform.get("t101", "/service/example/confinement").await;
    assert!(seen.text.contains("Uid:\t4711\t4711"), "{}", seen.text);
    let seen = inspect(&engine, &container(&running));
    assert_eq!(seen["HostConfig"]["Memory"], 512_000_000);
    assert_eq!(seen["HostConfig"]["NanoCpus"], 500_000_000);
}

#[test]
fn no_secret_is_on_a_command_line() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let (_folder, service) = super::service(&manifest, &[]);
    let secret = "not-for-everybody";
    let is_launched = AtomicBool::new(false);
    let (launched, seen) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !is_launched.load(Relaxed) {
                seen.extend(command_lines());
            }
            seen
        });
        let launched = platform.platform.launch(service.env("OWN", secret));
        is_launched.store(true, Relaxed);
        (
            launched.expect("a container"),
            watch.join().expect("an end"),
        )
    });
    let is_made = |line: &String| line.contains("--env\0OWN\0");
    assert!(seen.iter().any(is_made), "{seen:?}");
    let password = format!("={}", local_platform::PASSWORD);
    let shown = seen
        .iter()
        .find(|line| line.contains(secret) || line.contains(&password));
    assert_eq!(shown, None);
    let seen = inspect(&engine, &container(&launched));
    let variables = seen["Config"]["Env"].as_array().expect("variables");
    assert!(
        variables.contains(&json!(format!("OWN={secret}"))),
        "{seen}"
    );
}

/// The command lines of this process's children.
fn command_lines() -> Vec<String> {
    let processes = std::fs::read_dir("/proc").expect("the processes");
    let own = format!(" {} ", std::process::id());
    let line = |folder: std::path::PathBuf| {
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        let (_, rest) = stat.rsplit_once(") ")?;
        // State, parent, …
        rest.get(1..)?.starts_with(&own).then_some(())?;
        std::fs::read_to_string(folder.join("cmdline")).ok()
    };
    let folders = processes.flatten().map(|entry| entry.path());
    folders.filter_map(line).collect()
}

#[test]
fn an_image_that_was_not_there_before_is_removed_when_it_is_not_needed_any_more() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let (_folder, service) = super::service(&manifest, &[]);
    let first = platform.platform.deploy(service.clone()).expect("ready");
    let second = platform.platform.deploy(service).expect("ready");
    let image = inspect(&engine, &container(&first))["Image"].clone();
    let image = image.as_str().expect("an ID");
    first.stop().expect("an end");
    engine
        .output(["image", "inspect", image])
        .expect("the image");
    second.stop().expect("an end");
    let error = engine.output(["image", "inspect", image]);
    let error = error.expect_err("it is removed").to_string();
    assert!(error.contains("No such image"), "{error}");
}

#[test]
fn an_image_that_was_there_before_stays_and_another_one_does_not_take_its_name() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({}));
    let platform = platform(&engine, &manifest);
    let name = image_name();
    let there = named_zip(&manifest, &[], &name);
    let package = Package::read(Cursor::new(&there)).expect("a package");
    let mut tar = Vec::new();
    Package::copy_image(Cursor::new(&there), &mut tar).expect("an image");
    engine.load(&*tar).expect("a loaded image");
    let folder = Folder::new();
    let path = folder.0.join("example.zip");
    for zip in [&there, &named_zip(&manifest, &[], &name)] {
        std::fs::write(&path, zip).expect("a file");
        let running = platform.platform.deploy(Service::package(&path));
        running.expect("ready").stop().expect("an end");
        let seen = engine.output(["image", "inspect", "--format", "{{.Id}}", &name]);
        assert_eq!(seen.expect("the image"), package.image.id);
    }
    engine.output(["rmi", &name]).expect("a removal");
}

#[test]
fn a_package_needs_an_engine_and_a_broken_one_is_named() {
    let folder = Folder::new();
    let path = folder.write("example.zip", "no zip");
    let without = TestPlatform::start().platform;
    let error = without.deploy(Service::package(&path)).err();
    let error = error.expect("no engine").to_string();
    assert!(error.contains("needs a container engine"), "{error}");

    let Some(engine) = engine() else { return };
    let platform = platform(&engine, &manifest("1.0.0", &json!({})));
    let error = platform.platform.deploy(Service::package(path)).err();
    let error = error.expect("no package");
    assert!(matches!(error, DeployError::Package { .. }), "{error}");
    assert!(error.to_string().contains("example.zip"), "{error}");
}
