//! `dev` on its way down, and the call that it prints.

use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use serde_json::json;

use crate::helpers::eventually;
use crate::program::{BUILDS, PLATFORM, Program, project, script, service_of};
use crate::runtime::ended;

#[test]
fn a_second_signal_kills_a_service_that_does_not_stop() {
    let (folder, cargo) = project(BUILDS);
    let stubborn = format!(
        "trap '' TERM; echo $$ >pid; {PLATFORM} serve --port $SERVER_PORT & \
         while true; do sleep 1; done"
    );
    script(&folder, "service", &stubborn);
    let mut program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    program.wait_for("Ctrl-C stops the service");
    program.signal(Signal::SIGTERM);
    program.wait_for("another signal kills it");
    program.signal(Signal::SIGINT);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    program.wait_for("Killing the service");
    eventually("the service's end", || ended(service_of(&folder)));
}

#[test]
fn a_second_signal_during_the_build_kills_a_cargo_that_does_not_stop() {
    let (folder, cargo) = project("trap '' TERM; echo $$ >pid; while true; do sleep 1; done");
    let mut program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    let cargo = service_of(&folder);
    program.signal(Signal::SIGTERM);
    program.wait_for("another signal kills it");
    program.signal(Signal::SIGTERM);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    eventually("cargo's end", || ended(cargo));
}

#[test]
fn dev_stops_in_order_also_where_nobody_reads_what_it_prints() {
    let (folder, cargo) = project(BUILDS);
    let mut command = Command::new(PLATFORM);
    command
        .args(["dev", "--port", "0"])
        .env("CARGO", cargo)
        .current_dir(&folder.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program");
    drop((child.stdout.take(), child.stderr.take()));
    let mut program = Program::of(child);
    let service = service_of(&folder);
    program.signal(Signal::SIGTERM);
    assert_eq!(program.end().code(), Some(0));
    eventually("the service's end", || ended(service));
}

#[test]
fn the_call_that_dev_prints_can_be_another_one() {
    let (folder, cargo) = project(BUILDS);
    let arguments = ["dev", "--port", "0", "--call", "/things/1"];
    let program = Program::start(&folder, &arguments, &[("CARGO", &cargo)]);
    let printed = program.wait_for("Ctrl-C stops the service");
    let call = printed.lines().find(|line| line.starts_with("curl"));
    assert!(
        call.is_some_and(|call| call.ends_with("/service/hello/things/1")),
        "{printed}"
    );
    assert!(printed.contains("Call the service:"), "{printed}");
    assert!(!printed.contains("alarm"), "{printed}");
}

#[test]
fn with_isolation_per_tenant_each_tenant_has_an_instance_and_one_is_called() {
    let (folder, cargo) = project(BUILDS);
    let manifest = json!({
        "apiVersion": "2", "name": "hello", "version": "1.0.0", "provider": "c8y",
        "isolation": "PER_TENANT",
    });
    folder.write("cumulocity.json", &manifest.to_string());
    let program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    let printed = program.wait_for("Ctrl-C stops the service");
    for expected in [
        "Raise an alarm in tenant t100, with its own instance:",
        "\ncurl -u t100/admin:local-platform -X POST",
        "curl -u t100/admin:local-platform http",
    ] {
        assert!(printed.contains(expected), "no {expected:?} in {printed}");
    }
    for tenant in ["t100", "t101", "t102", "t103"] {
        assert!(printed.contains(&format!(" for {tenant}\n")), "{printed}");
    }
}
