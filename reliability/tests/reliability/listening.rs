//! Where the service listens that the local platform runs.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;

use crate::support::Plan;

/// The system's words for `127.0.0.1`, as a word of this machine's order in hexadecimal.
fn loopback() -> String {
    format!("{:08X}", u32::from_ne_bytes([127, 0, 0, 1]))
}

/// The addresses, without ports, of all that a process listens on.
fn listening(process: u32) -> BTreeSet<String> {
    let open = fs::read_dir(format!("/proc/{process}/fd")).expect("a running service");
    let open = open.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
    let open: BTreeSet<String> = open.map(|it| it.to_string_lossy().into_owned()).collect();
    let mut addresses = BTreeSet::new();
    for table in ["tcp", "tcp6"] {
        // A machine may have no IPv6.
        let table = fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        for line in table.lines().skip(1) {
            let words: Vec<_> = line.split_whitespace().collect();
            let is_its_own = open.contains(&format!("socket:[{}]", words[9]));
            if words[3] == "0A" && is_its_own {
                let (address, _) = words[1].split_once(':').expect("an address and a port");
                addresses.insert(address.to_owned());
            }
        }
    }
    addresses
}

#[tokio::test]
async fn a_service_of_the_local_platform_listens_on_the_loopback_interface_alone() {
    let stage = Plan::tenants(1).start();
    assert_eq!(listening(stage.service.pid()), [loopback()].into());
}
