//! `--container`: what the program does with an engine, and without one.

use local_platform::Engine;
use nix::sys::signal::Signal;
use serde_json::json;

use super::{engine, manifest, zip};
use crate::helpers::{Call, Folder, eventually};
use crate::program::{BUILDS, Program, project, script};
use crate::runtime::ended;

/// Where the platform listens, from what the program prints.
fn platform(printed: &str) -> String {
    let line = printed.lines().find_map(|it| it.strip_prefix("Platform "));
    line.expect("its address").trim().to_owned()
}

fn left(engine: &Engine, printed: &str) -> String {
    let port = platform(printed)
        .rsplit(':')
        .next()
        .expect("a port")
        .to_owned();
    let filter = format!("label=local-platform={port}");
    let left = engine.output(["ps", "--all", "--quiet", "--filter", &filter]);
    left.expect("a list")
}

#[test]
fn dev_packs_the_service_runs_it_in_a_container_and_renews_it_after_a_change() {
    let Some(engine) = engine() else { return };
    // What cargo and the tool would make of the project is there already.
    let packs = "echo $* >>arguments; grep -q wrong src/main.rs && exit 1; cp next.zip hello.zip";
    let (folder, cargo) = project(packs);
    let path = folder.0.to_str().expect("a path in UTF-8").to_owned();
    std::fs::create_dir(folder.0.join("src")).expect("a folder");
    folder.write("src/main.rs", "right");
    let next = |version: &str| {
        let zip = zip(&manifest(version, &json!({"name": "hello"})), &[]);
        std::fs::write(folder.0.join("next.zip"), zip).expect("a file");
    };
    next("1.0.0");
    let arguments = [
        "dev",
        "--port",
        "0",
        "--container",
        "--watch",
        "--call",
        "/",
    ];
    let mut program = Program::start(&folder, &arguments, &[("CARGO", &cargo)]);
    let printed = program.wait_for("Ctrl-C stops the service");
    assert!(
        printed.contains("Containers hello-scope-t100-deployment-"),
        "{printed}"
    );
    let seen = std::fs::read_to_string(folder.0.join("arguments")).expect("arguments");
    let expected = format!(
        "run --quiet --package packaging --features tool --bin microservice -- pack \
         --directory {path} --name hello\n"
    );
    assert_eq!(seen, expected);
    let call = || {
        let url = format!("{}/service/hello/", platform(&printed));
        let call = Call::new("GET", &url).user("t100/admin", "local-platform");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(call.send()).expect(200).text
    };
    assert_eq!(call(), "1.0.0");

    folder.write("src/main.rs", "wrong");
    program.wait_for("the service is not packed");
    assert_eq!(call(), "1.0.0");
    next("1.0.1");
    folder.write("src/main.rs", "right again");
    program.wait_for("The new service is in place");
    assert_eq!(call(), "1.0.1");

    program.signal(Signal::SIGTERM);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    assert_eq!(left(&engine, &printed), "");
}

#[test]
fn serve_runs_an_upload_says_so_and_leaves_nothing_behind() {
    let Some(engine) = engine() else { return };
    let (folder, _) = project("");
    let arguments = ["serve", "--port", "0", "--container"];
    let mut program = Program::start(&folder, &arguments, &[]);
    let printed = program.wait_for("Ctrl-C");
    assert!(
        printed.contains("Uploads    run in containers"),
        "{printed}"
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let url = platform(&printed);
    let call = |method, path: &str| {
        Call::new(method, &format!("{url}{path}")).user("t100/admin", "local-platform")
    };
    let found = call("GET", "/application/applicationsByName/hello").send();
    let found = runtime.block_on(found).expect(200).json();
    let id = found["applications"][0]["id"].as_str().expect("an ID");
    let path = format!("/application/applications/{id}/binaries");
    let zip = zip(&manifest("1.0.0", &json!({"name": "hello"})), &[]);
    let upload = call("POST", &path).form("data", "hello.zip", &zip).send();
    runtime.block_on(upload).expect(201);
    program.wait_for("serves version 1.0.0");
    let answer = runtime.block_on(call("GET", "/service/hello/").send());
    assert_eq!(answer.expect(200).text, "1.0.0");
    program.signal(Signal::SIGINT);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    assert_eq!(left(&engine, &printed), "");
}

/// A folder whose engine says that it is not there.
fn without_engine() -> (Folder, String, String) {
    let (folder, cargo) = project(BUILDS);
    std::fs::create_dir(folder.0.join("bin")).expect("a folder");
    script(&folder, "bin/docker", "echo 'it is on holiday' >&2; exit 1");
    let path = std::env::var("PATH").expect("a path");
    let path = format!("{}:{path}", folder.0.join("bin").display());
    (folder, cargo, path)
}

#[test]
fn without_an_engine_dev_says_so_and_runs_the_service_as_a_process() {
    let (folder, cargo, path) = without_engine();
    let arguments = ["dev", "--port", "0", "--container"];
    let environment = [("CARGO", &*cargo), ("PATH", &*path)];
    let mut program = Program::start(&folder, &arguments, &environment);
    let printed = program.wait_for("Ctrl-C stops the service");
    for expected in ["it is on holiday", "The service runs as a process"] {
        assert!(printed.contains(expected), "no {expected:?} in {printed}");
    }
    let service = crate::program::service_of(&folder);
    program.signal(Signal::SIGTERM);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    eventually("the service's end", || ended(service));
}

#[test]
fn without_an_engine_serve_says_so_and_ends() {
    let (folder, _, path) = without_engine();
    let arguments = ["serve", "--port", "0", "--container"];
    let mut program = Program::start(&folder, &arguments, &[("PATH", &path)]);
    assert_eq!(program.end().code(), Some(1));
    program.wait_for("no container engine answers: docker version: it is on holiday");
}
