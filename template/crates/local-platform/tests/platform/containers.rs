//! Services that run in containers, where an engine answers; where none does, these tests say so and
//! show nothing.

mod confinement;
mod life;
mod program;
mod replicas;
mod uploads;

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use local_platform::{Engine, LocalPlatform, Manifest, RunningService, Service};
use serde_json::{Value, json};

use crate::helpers::{Folder, TestPlatform, eventually, package};

/// The engine with the service that its containers run, where there is one.
fn engine() -> Option<Engine> {
    match Engine::docker() {
        Ok(_) if !cfg!(all(target_os = "linux", target_arch = "x86_64")) => {
            nothing_shown("the service for the containers is built on Linux alone")
        }
        Ok(engine) => Some(engine),
        Err(error) => nothing_shown(&format!("no container engine answers: {error}")),
    }
}

/// Past the capture of what tests print.
fn nothing_shown(why: &str) -> Option<Engine> {
    let _ = writeln!(
        std::io::stderr(),
        "nothing is shown about containers: {why}"
    );
    None
}

/// The service as a static executable, built once.
fn executable() -> &'static PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/platform/containers/service.rs"
        );
        let built = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("container-service");
        let mut rustc = Command::new("rustc");
        let target = "x86_64-unknown-linux-gnu";
        rustc.args(["--edition", "2024", "-O", "--target", target]);
        rustc.args(["-C", "target-feature=+crt-static", "-C", "strip=symbols"]);
        let status = rustc.arg(source).arg("-o").arg(&built).status();
        assert!(status.expect("rustc").success(), "the service is not built");
        built
    })
}

/// A manifest with these fields besides its own.
fn manifest(version: &str, fields: &Value) -> Value {
    let mut manifest = json!({
        "apiVersion": "2", "name": "example", "version": version, "provider": "c8y",
        "readinessProbe": {"httpGet": {"path": "/health"}, "periodSeconds": 1},
    });
    let all = manifest.as_object_mut().expect("an object");
    all.extend(fields.as_object().expect("an object").clone());
    manifest
}

/// The package of a version, whose service gets these arguments. Each image is another one, with a
/// name of its own.
fn zip(manifest: &Value, arguments: &[&str]) -> Vec<u8> {
    let name = image_name();
    named_zip(manifest, arguments, &name)
}

/// As [`zip`], with a name that other images may have as well.
fn named_zip(manifest: &Value, arguments: &[&str], name: &str) -> Vec<u8> {
    let version = manifest["version"].as_str().expect("a version");
    let command = [&["/service", version], arguments].concat();
    let context = context(&format!("CMD {}\n", json!(command)));
    package(manifest, &context, name)
}

/// What an image is made of, with these lines of its own.
fn context(lines: &str) -> Folder {
    let context = Folder::new();
    std::fs::copy(executable(), context.0.join("service")).expect("a copy");
    let unique = image_name();
    let dockerfile = format!("FROM scratch\nCOPY service /\nLABEL test={unique}\n{lines}");
    context.write("Dockerfile", &dockerfile);
    context
}

fn image_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    format!("local-platform-test:{}-{number}", std::process::id())
}

/// A platform whose application has this manifest.
fn platform(engine: &Engine, manifest: &Value) -> TestPlatform {
    let manifest = Manifest::from_value(manifest.clone()).expect("a manifest");
    let builder = LocalPlatform::builder().manifest(manifest);
    let builder = builder.containers(engine.clone()).further_tenants(1);
    TestPlatform::of(builder.start().expect("a platform"))
}

/// A service that is the image of a package.
fn service(manifest: &Value, arguments: &[&str]) -> (Folder, Service) {
    let folder = Folder::new();
    let path = folder.0.join("example.zip");
    std::fs::write(&path, zip(manifest, arguments)).expect("a file");
    (folder, Service::package(path))
}

fn deploy(platform: &TestPlatform, manifest: &Value, arguments: &[&str]) -> RunningService {
    let (_folder, service) = service(manifest, arguments);
    let running = platform.platform.deploy(service);
    running.expect("a service that is ready")
}

/// The IDs of a platform's containers, those that have ended included.
fn containers(engine: &Engine, platform: &TestPlatform) -> Vec<String> {
    let port = platform.platform.address().port();
    let filter = format!("label=local-platform={port}");
    let list = engine.output(["ps", "--all", "--quiet", "--filter", &filter]);
    let list = list.expect("a list");
    list.lines().map(str::to_owned).collect()
}

/// What the engine knows of a container, or of an image.
fn inspect(engine: &Engine, what: &str) -> Value {
    let seen = engine.output(["inspect", what]).expect(what);
    let seen: Value = serde_json::from_str(&seen).expect("JSON");
    seen[0].clone()
}

/// The container of the first instance.
fn container(running: &RunningService) -> String {
    let instance = &running.instances()[0];
    instance.container().expect("a container")
}

/// Waits for something that the platform says happened to an instance.
fn incident(running: &RunningService, text: &str) {
    let mut seen = Vec::new();
    eventually(text, || {
        seen.extend(running.take_incidents());
        let is_there = seen.iter().any(|incident| incident.what.contains(text));
        is_there.then_some(()).ok_or_else(|| format!("{seen:?}"))
    });
}

/// Waits until an instance has been started again so often, and is ready.
fn restarted(running: &RunningService, times: u32) {
    eventually("a restart", || {
        let instance = running.instances().remove(0);
        let (restarts, is_ready) = (instance.restarts(), instance.is_ready());
        if restarts >= times && is_ready {
            Ok(())
        } else {
            let log = instance.log();
            Err(format!(
                "restarts {restarts}, ready {is_ready}, log {log:?}"
            ))
        }
    });
}
