//! The goal `run`.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

use local_platform::PASSWORD;

use crate::support::{Project, assert_says, platform};

/// A project whose service is this code.
fn service(code: &str) -> Project {
    let project = Project::new();
    project.write(
        "Cargo.toml",
        "[package]\nname = \"hello\"\nedition = \"2024\"\n\n[[bin]]\nname = \"service\"\npath = \"service.rs\"\n\n[workspace]\n",
    );
    project.write("service.rs", code);
    project
}

#[test]
fn the_service_runs_in_the_environment_of_the_file_and_its_status_is_the_programs() {
    let platform = platform();
    let project = service(
        "fn main() { for (name, value) in std::env::vars() { println!(\"{name}={value}\"); } std::process::exit(7) }",
    );
    project.on(&platform, "bootstrap").ok();
    let mut odd = project.read(".env");
    odd.push_str("ODD='it'\\''s a \"$HOME\" `x` '\\\\'n'\nRUST_LOG=debug\n");
    project.write(".env", &odd);
    let outcome = project.on(&platform, "run").env("RUST_LOG", "info").end();
    assert_eq!(outcome.0.status.code(), Some(7), "{outcome}");
    let said = outcome.stdout();
    assert_says(
        &said,
        &[
            "C8Y_BOOTSTRAP_USER=servicebootstrap_hello\n",
            "SERVER_PORT=8080\n",
            "ODD=it's a \"$HOME\" `x` \\n\n",
        ],
    );
    // The environment wins, save for the account of the one who starts it.
    assert_says(
        &said,
        &[
            "RUST_LOG=info\n",
            &format!("C8Y_BASEURL={}\n", platform.url()),
        ],
    );
    for name in ["C8Y_TENANT", "C8Y_USER", "C8Y_PASSWORD"] {
        assert!(!said.contains(&format!("{name}=")), "{name}: {said}");
    }
}

#[test]
fn an_interrupt_reaches_the_service() {
    let project = service(
        "fn main() { println!(\"up\"); std::thread::sleep(std::time::Duration::from_secs(60)) }",
    );
    project.write(".env", "A=1\n");
    let mut child = project.call("run").start();
    let stdout = child.stdout.take().expect("an output");
    let first = BufReader::new(stdout).lines().next().expect("a line");
    assert_eq!(first.expect("a text"), "up");
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args(["-INT", &id])
        .status()
        .expect("kill");
    assert!(sent.success());
    let status = child.wait().expect("an end");
    assert_eq!(status.signal(), Some(2), "{status}");
}

#[test]
fn without_the_file_bootstrap_comes_first() {
    assert_says(
        &Project::new().call("run").fails(),
        &[".env", "run bootstrap first"],
    );
}

#[test]
fn a_line_that_cannot_be_read_is_not_repeated() {
    let project = Project::new();
    project.write(".env", &format!("C8Y_BOOTSTRAP_PASSWORD='{PASSWORD}\n"));
    let said = project.call("run").fails();
    assert_says(&said, &[".env cannot be read"]);
}
