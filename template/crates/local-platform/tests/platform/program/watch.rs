//! `dev --watch`: a change renews the service, and a bad one leaves it as it is.

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::helpers::{Call, Folder, eventually};
use crate::program::{BUILDS, PLATFORM, Program, project, script, service_of};
use crate::runtime::ended;

const ARGUMENTS: [&str; 4] = ["dev", "--port", "0", "--watch"];

/// A build that fails for as long as the source says so.
fn cargo() -> String {
    format!("grep -q wrong src/main.rs && {{ echo 'error: wrong' >&2; exit 101; }}; {BUILDS}")
}

/// A project that is being watched, with its service in place.
fn start() -> (Folder, Program) {
    let (folder, cargo) = project(&cargo());
    std::fs::create_dir(folder.0.join("src")).expect("a folder");
    folder.write("src/main.rs", "right");
    let program = Program::start(&folder, &ARGUMENTS, &[("CARGO", &cargo)]);
    program.wait_for("Ctrl-C stops the service");
    (folder, program)
}

/// Where the call that is printed goes.
fn url(program: &Program) -> String {
    let printed = program.printed();
    let line = printed.lines().find(|line| line.starts_with("curl"));
    let url = line.and_then(|line| line.rsplit(' ').next());
    url.expect("a call").to_owned()
}

/// The status of a call through the gateway.
fn call(program: &Program) -> u16 {
    let url = url(program).replace("createAlarms", "tenant/currentTenant");
    let call = Call::new("GET", &url).user("t100/admin", "local-platform");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(call.send()).status
}

fn manifest(fields: &Value) -> String {
    let mut manifest = json!({
        "apiVersion": "2", "name": "hello", "version": "1.0.0", "provider": "c8y",
        "readinessProbe": {"tcpSocket": {"host": "localhost", "port": 80}},
    });
    let all = manifest.as_object_mut().expect("an object");
    all.extend(fields.as_object().expect("an object").clone());
    manifest.to_string()
}

fn end(mut program: Program, folder: &Folder) {
    program.signal(Signal::SIGTERM);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    eventually("the service's end", || ended(service_of(folder)));
}

#[test]
fn a_change_renews_the_service_and_the_old_one_serves_until_the_new_one_is_ready() {
    let (folder, program) = start();
    let first = service_of(&folder);
    // The new one listens only once it may.
    let slow = format!(
        "echo $$ >pid; until [ -e go ]; do sleep 0.05; done; exec {PLATFORM} serve --port $SERVER_PORT"
    );
    script(&folder, "service", &slow);
    folder.write("src/main.rs", "still right");
    let second = eventually("a new process", || match service_of(&folder) {
        pid if pid == first => Err(program.printed()),
        pid => Ok(pid),
    });
    assert!(ended(first).is_err(), "{}", program.printed());
    assert_eq!(call(&program), 200, "{}", program.printed());
    folder.write("go", "");
    program.wait_for("The new service is in place");
    eventually("the end of the old one", || ended(first));
    assert!(ended(second).is_err(), "{}", program.printed());
    assert_eq!(call(&program), 200, "{}", program.printed());
    end(program, &folder);
}

#[test]
fn a_build_error_is_shown_and_nothing_is_stopped() {
    let (folder, program) = start();
    let first = service_of(&folder);
    folder.write("src/main.rs", "wrong");
    program.wait_for("error: wrong");
    program.wait_for("The service that runs stays as it is");
    assert_eq!(service_of(&folder), first);
    assert_eq!(call(&program), 200, "{}", program.printed());
    folder.write("src/main.rs", "right again");
    program.wait_for("The new service is in place");
    end(program, &folder);
}

#[test]
fn a_service_that_does_not_get_ready_leaves_the_old_one_in_place() {
    let (folder, program) = start();
    let first = service_of(&folder);
    script(&folder, "service", "exit 9");
    folder.write("src/main.rs", "right");
    program.wait_for("ended before it was ready: exit status: 9");
    program.wait_for("The service that runs stays as it is");
    assert!(ended(first).is_err(), "{}", program.printed());
    assert_eq!(call(&program), 200, "{}", program.printed());
    end(program, &folder);
}

#[test]
fn a_manifest_that_changes_takes_effect_and_a_wrong_one_stops_nothing() {
    let (folder, program) = start();
    let first = service_of(&folder);
    folder.write("cumulocity.json", r#"{"name": "hello", "version": "1"}"#);
    program.wait_for("$.apiVersion");
    program.wait_for("The service that runs stays as it is");
    assert_eq!(service_of(&folder), first);

    folder.write(
        "cumulocity.json",
        &manifest(&json!({"roles": ["ROLE_NEW_READ"], "requiredRoles": ["ROLE_EVENT_READ"]})),
    );
    program.wait_for("The new service is in place");
    let url = url(&program).replace(
        "/service/hello/createAlarms",
        "/application/applicationsByName/hello",
    );
    let call = Call::new("GET", &url).user("t100/admin", "local-platform");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let seen = runtime.block_on(call.send()).expect(200).json();
    let application = &seen["applications"][0];
    assert_eq!(application["roles"], json!(["ROLE_NEW_READ"]), "{seen}");
    assert_eq!(
        application["requiredRoles"],
        json!(["ROLE_EVENT_READ"]),
        "{seen}"
    );
    end(program, &folder);
}

#[test]
fn what_does_not_build_at_first_is_built_once_it_is_mended() {
    let (folder, cargo) = project(&cargo());
    std::fs::create_dir(folder.0.join("src")).expect("a folder");
    folder.write("src/main.rs", "wrong");
    let program = Program::start(&folder, &ARGUMENTS, &[("CARGO", &cargo)]);
    program.wait_for("Waiting for a change");
    folder.write("src/main.rs", "right");
    program.wait_for("Ctrl-C stops the service");
    end(program, &folder);
}

#[test]
fn what_is_no_source_changes_nothing_and_replicas_are_as_many_as_asked_for() {
    let (folder, cargo) = project(BUILDS);
    std::fs::create_dir(folder.0.join("src")).expect("a folder");
    let arguments = [&ARGUMENTS[..], &["--replicas", "2"]].concat();
    let program = Program::start(&folder, &arguments, &[("CARGO", &cargo)]);
    let printed = program.wait_for("Ctrl-C stops the service");
    assert!(printed.contains("2 instances listening on"), "{printed}");
    folder.write("README.md", "words");
    folder.write("src/main.rs", "right");
    let printed = program.wait_for("The new service is in place");
    let changes = printed.matches("A source has changed").count();
    assert_eq!(changes, 1, "{printed}");
    end(program, &folder);
}
