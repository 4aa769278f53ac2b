//! Where the program and what it runs listen: on the loopback interface, unless told otherwise.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;

use procfs::net::TcpState;
use procfs::process::{FDTarget, Process};

use crate::helpers::Folder;
use crate::program::{BUILDS, Program, project, script, service_of};

/// The addresses that a process listens on.
fn addresses(process: u32) -> BTreeSet<SocketAddr> {
    let process = Process::new(process.try_into().expect("a number")).expect("a running process");
    let open = process.fd().expect("its files").filter_map(Result::ok);
    let open: Vec<_> = open.map(|file| file.target).collect();
    let mut sockets = process.tcp().expect("the system's list of sockets");
    // A machine may have no IPv6.
    sockets.extend(process.tcp6().unwrap_or_default());
    sockets.retain(|it| it.state == TcpState::Listen && open.contains(&FDTarget::Socket(it.inode)));
    sockets.into_iter().map(|it| it.local_address).collect()
}

#[track_caller]
fn assert_loopback_alone(addresses: &BTreeSet<SocketAddr>) {
    assert!(!addresses.is_empty(), "it does not listen");
    let loopback = addresses.iter().all(|it| it.ip().is_loopback());
    assert!(loopback, "{addresses:?}");
}

#[test]
fn serve_listens_on_the_loopback_interface_alone() {
    let (folder, _) = project("");
    let program = Program::start(&folder, &["serve", "--port", "0"], &[]);
    let printed = program.wait_for("Ctrl-C");
    let addresses = addresses(program.id());
    assert_loopback_alone(&addresses);
    assert_eq!(addresses.len(), 1, "{addresses:?}");
    assert!(!printed.contains("Listening"), "{printed}");
}

#[test]
fn dev_and_the_service_listen_on_the_loopback_interface_alone() {
    let (folder, cargo) = project(BUILDS);
    // A service that listens where it is told to, as those of the SDK do; with it the shell that was
    // to be it.
    let own = format!("echo $SERVER_ADDRESS >address; {}", service(&folder));
    script(&folder, "service", &own);
    let program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    program.wait_for("Ctrl-C stops the service");
    assert_loopback_alone(&addresses(program.id()));
    assert_loopback_alone(&addresses(service_of(&folder)));
    let told = fs::read_to_string(folder.0.join("address")).expect("an address");
    assert_eq!(told.trim(), "127.0.0.1");
}

/// The service as it is without changes.
fn service(folder: &Folder) -> String {
    let text = fs::read_to_string(folder.0.join("service")).expect("the service");
    text.lines().last().expect("a line").to_owned()
}

/// An engine that is there, and whose network is this machine's.
#[test]
fn with_containers_the_address_for_them_is_printed_and_no_other_is_listened_on() {
    let (folder, _) = project("");
    let engine = r#"case "$1 $2" in "network inspect") echo '[{"Gateway":"127.0.0.2"}]';; esac"#;
    script(&folder, "docker", engine);
    let programs = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{programs}", folder.0.display());
    let arguments = ["serve", "--port", "0", "--container"];
    let program = Program::start(&folder, &arguments, &[("PATH", &path)]);
    let printed = program.wait_for("Ctrl-C");
    let addresses = addresses(program.id());
    let ips: BTreeSet<_> = addresses.iter().map(SocketAddr::ip).collect();
    assert_eq!(ips, [[127, 0, 0, 1].into(), [127, 0, 0, 2].into()].into());
    for address in addresses {
        assert!(
            printed.contains(&format!("http://{address}\n")),
            "{address}: {printed}"
        );
    }
}
