//! Where the program and what it runs listen: on the loopback interface, unless told otherwise.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::helpers::Folder;
use crate::program::{BUILDS, Program, project, script, service_of};

/// `LISTEN` of `/proc/net/tcp`.
const LISTENING: &str = "0A";

/// The addresses that a process listens on.
fn addresses(process: u32) -> BTreeSet<SocketAddr> {
    let open = fs::read_dir(format!("/proc/{process}/fd")).expect("a running process");
    let open = open.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let open: BTreeSet<String> = open.map(|it| it.to_string_lossy().into_owned()).collect();
    let mut addresses = BTreeSet::new();
    for table in ["tcp", "tcp6"] {
        // A machine may have no IPv6.
        let table = fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        for line in table.lines().skip(1) {
            let words: Vec<_> = line.split_whitespace().collect();
            let is_its_own = open.contains(&format!("socket:[{}]", words[9]));
            if words[3] == LISTENING && is_its_own {
                addresses.insert(address(words[1]));
            }
        }
    }
    addresses
}

/// `0100007F:1F90` is `127.0.0.1:8080`: words of the machine's own order, each in hexadecimal.
fn address(text: &str) -> SocketAddr {
    let (ip, port) = text.split_once(':').expect("an address and a port");
    let words = ip.as_bytes().chunks(8).map(|word| {
        let word = str::from_utf8(word).expect("digits");
        u32::from_str_radix(word, 16).expect("digits").to_ne_bytes()
    });
    let bytes = words.collect::<Vec<_>>().concat();
    let ip: IpAddr = match <[u8; 4]>::try_from(&*bytes) {
        Ok(bytes) => Ipv4Addr::from(bytes).into(),
        Err(_) => Ipv6Addr::from(<[u8; 16]>::try_from(&*bytes).expect("16 bytes")).into(),
    };
    (ip, u16::from_str_radix(port, 16).expect("digits")).into()
}

#[track_caller]
fn assert_loopback_alone(addresses: &BTreeSet<SocketAddr>) {
    assert!(!addresses.is_empty(), "it does not listen");
    let loopback = addresses.iter().all(|it| it.ip().is_loopback());
    assert!(loopback, "{addresses:?}");
}

#[test]
fn an_address_of_the_systems_table_is_read() {
    assert_eq!(address("0100007F:1F90"), ([127, 0, 0, 1], 8080).into());
    let loopback = "00000000000000000000000001000000:0050";
    assert_eq!(address(loopback), (Ipv6Addr::LOCALHOST, 80).into());
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
