//! The whole way of a new project: its own tool packs, deploys and subscribes it, a local platform
//! runs the image as the platform does, and users call it through the gateway.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{Call, Cargo, Dev, Finished, Workshop, read, run};

const TENANTS: [&str; 4] = ["t100", "t101", "t102", "t103"];
const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(200);
/// How many users call at the same time while an instance is lost.
const USERS: usize = 4;

#[test]
fn a_project_goes_from_source_to_containers_that_answer() {
    if !engine_answers() {
        println!("No Docker engine answers: nothing was shown.");
        return;
    }
    let workshop = Workshop::enter();
    let way = WholeWay::begin(&workshop);
    way.packs_deploys_and_subscribes();
    way.loses_no_request_with_an_instance();
    way.deploys_what_docker_and_zip_have_made();
    way.end();
    runs_as_a_container_on_demand(&workshop);
}

/// `cargo dev --container`.
fn runs_as_a_container_on_demand(workshop: &Workshop) {
    let (cargo, project) = (Cargo::new(), workshop.lay_out("MULTI_TENANT"));
    let mut dev = Dev::start(&cargo, &project, &["--container"]);
    let call = dev.line("curl");
    let (status, body) = Call::parse(&call).make();
    assert_eq!(status, 200, "{body}\nto: {call}\n{}", dev.output());
    assert_eq!(containers(&dev).len(), 1, "{}", dev.output());
    let status = dev.terminate();
    assert_eq!(status.code(), Some(0), "after SIGTERM:\n{}", dev.output());
    assert_eq!(containers(&dev), [""; 0], "left:\n{}", dev.output());
}

/// A project on a platform that runs what is uploaded.
struct WholeWay {
    cargo: Cargo,
    project: PathBuf,
    platform: Dev,
}

impl WholeWay {
    fn begin(workshop: &Workshop) -> Self {
        let cargo = Cargo::new();
        let project = workshop.lay_out("MULTI_TENANT");
        let mut platform = Dev::serve(&cargo, &project, &["--container"]);
        platform.line("Platform");
        Self {
            cargo,
            project,
            platform,
        }
    }

    fn packs_deploys_and_subscribes(&self) {
        self.tool(&["pack", "deploy", "subscribe"]);
        self.wait_for("createAlarms", 200);
        for tenant in TENANTS {
            let alarms = self.get(tenant, "alarm/alarms?pageSize=10");
            let number = alarms["alarms"].as_array().map(Vec::len);
            assert_eq!(number, Some(1), "alarms of {tenant}: {alarms}");
        }
        let again = self.run_tool(&["deploy"]);
        assert!(!again.success, "a version is uploaded once");
        assert!(again.stderr.contains("-SNAPSHOT"), "{}", again.output());
    }

    fn loses_no_request_with_an_instance(&self) {
        self.change_manifest("version", "0.1.0-SNAPSHOT".into());
        self.change_manifest("replicas", 2.into());
        self.under_requests("POST", "createAlarms", || {
            self.tool(&["pack", "deploy"]);
            self.wait_for_instances(2);
        });
        for signal in ["KILL", "TERM"] {
            self.under_requests("GET", "greeting", || self.lose_an_instance(signal));
        }
    }

    /// As the platform's own tool does it; not every machine has zip.
    fn deploys_what_docker_and_zip_have_made(&self) {
        self.change_manifest("version", "0.2.0-SNAPSHOT".into());
        self.change_manifest("replicas", 1.into());
        let commands = "docker build --quiet --tag hello-c8y-containers docker && \
                        docker save --output image.tar hello-c8y-containers && \
                        docker rmi hello-c8y-containers && \
                        rm -f hello-c8y.zip && \
                        if command -v zip >/dev/null; then zip=\"zip -q\"; \
                        else zip=\"python3 -m zipfile -c\"; fi && \
                        $zip hello-c8y.zip cumulocity.json image.tar";
        let shell = self.cargo.program("sh", &self.project, &["-c", commands]);
        let finished = run(shell);
        assert!(finished.success, "{commands}\n{}", finished.output());
        self.tool(&["deploy", "subscribe"]);
        self.wait_for_instances(1);
        self.wait_for("createAlarms", 200);
    }

    fn end(mut self) {
        let status = self.platform.terminate();
        let output = self.platform.output();
        assert_eq!(status.code(), Some(0), "after SIGTERM:\n{output}");
        assert_eq!(containers(&self.platform), [""; 0], "left:\n{output}");
    }

    #[track_caller]
    fn tool(&self, goals: &[&str]) {
        let finished = self.run_tool(goals);
        let output = finished.output();
        assert!(finished.success, "{goals:?}:\n{output}");
    }

    fn run_tool(&self, goals: &[&str]) -> Finished {
        let mut command = self
            .cargo
            .program("sh", &self.project, &["scripts/microservice"]);
        command
            .args(goals)
            .env("C8Y_BASEURL", self.platform.url())
            .env("C8Y_TENANT", "t100")
            .env("C8Y_USER", "admin")
            .env("C8Y_PASSWORD", "local-platform");
        run(command)
    }

    fn change_manifest(&self, field: &str, value: Value) {
        let path = self.project.join("cumulocity.json");
        let mut manifest: Value = serde_json::from_str(&read(&path)).expect("a manifest");
        manifest[field] = value;
        fs::write(path, manifest.to_string()).expect("the manifest");
    }

    /// Calls the service again and again, as several users, while something is done to it, and says
    /// of every answer that is no 200.
    #[track_caller]
    fn under_requests(&self, method: &str, path: &str, work: impl FnOnce()) {
        let (done, answered, lost) = (
            AtomicBool::new(false),
            AtomicUsize::new(0),
            Mutex::default(),
        );
        let url = self.service_url(path);
        thread::scope(|scope| {
            for _ in 0..USERS {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        match call(method, "t100", &url) {
                            (200, _) => drop(answered.fetch_add(1, Ordering::Relaxed)),
                            other => Vec::push(&mut lost.lock().expect("no panic"), other),
                        }
                    }
                });
            }
            work();
            done.store(true, Ordering::Relaxed);
        });
        let lost = lost.into_inner().expect("no panic");
        let answered = answered.into_inner();
        println!("{method} {path}: {answered} answered, {} lost", lost.len());
        assert!(lost.is_empty() && answered > 0, "of {answered}: {lost:?}");
    }

    /// Behind the platform's back: it sends requests there until nothing listens any more. One that
    /// comes in that very moment is sent again where that does no harm, which a `POST` may do.
    fn lose_an_instance(&self, signal: &str) {
        let before = containers(&self.platform);
        let lost = before.first().expect("a container");
        docker(&["kill", "--signal", signal, lost]);
        let gone = || !containers(&self.platform).contains(lost);
        wait_until("the container ends", gone);
        self.wait_for_instances(2);
    }
}

impl WholeWay {
    /// A call through the gateway, as a user of the owner tenant with all roles.
    fn call(&self, method: &str, path: &str) -> (u16, String) {
        call(method, "t100", &self.service_url(path))
    }

    fn service_url(&self, path: &str) -> String {
        format!("{}/service/hello-c8y/{path}", self.platform.url())
    }

    fn get(&self, tenant: &str, path: &str) -> Value {
        let url = format!("{}/{path}", self.platform.url());
        let (status, body) = call("GET", tenant, &url);
        assert_eq!(status, 200, "GET {url}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|_| panic!("GET {url}: {body}"))
    }

    #[track_caller]
    fn wait_for(&self, path: &str, status: u16) {
        let mut last = (0, String::new());
        let answered = || {
            last = self.call("POST", path);
            last.0 == status
        };
        wait_until(&format!("POST {path} is answered by {status}"), answered);
    }

    /// Waits until so many instances are ready, and no others run.
    #[track_caller]
    fn wait_for_instances(&self, number: usize) {
        let are_ready = || {
            let objects = self.get("t100", "inventory/managedObjects?fragmentType=c8y_Status");
            let details = &objects["managedObjects"][0]["c8y_Status"]["details"];
            details["active"] == number && containers(&self.platform).len() == number
        };
        wait_until(&format!("{number} instances are ready"), are_ready);
    }
}

#[track_caller]
fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        thread::sleep(POLL);
    }
}

fn call(method: &str, tenant: &str, url: &str) -> (u16, String) {
    let call = format!("curl -u {tenant}/admin:local-platform -X {method} {url}");
    Call::parse(&call).make()
}

fn engine_answers() -> bool {
    let version = Command::new("docker").arg("version").output();
    version.is_ok_and(|output| output.status.success())
}

/// The containers of a platform, by their names.
fn containers(platform: &Dev) -> Vec<String> {
    let port = platform.url().rsplit(':').next().unwrap_or_default();
    let label = format!("label=local-platform={port}");
    let names = docker(&["ps", "--filter", &label, "--format", "{{.Names}}"]);
    names.lines().map(str::to_owned).collect()
}

#[track_caller]
fn docker(arguments: &[&str]) -> String {
    let mut command = Command::new("docker");
    command.args(arguments);
    let finished = run(command);
    let output = finished.output();
    assert!(finished.success, "docker {arguments:?}: {output}");
    finished.stdout
}
