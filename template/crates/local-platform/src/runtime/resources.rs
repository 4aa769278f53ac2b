//! The limits of a manifest, and what a process and all that it has started take of the memory.

use std::thread::available_parallelism;

use nix::unistd::Pid;
use packaging::Resources;

/// What a container may take where the manifest does not say, as on the platform.
const MEMORY: u64 = 512_000_000;
const CPUS: f64 = 0.5;

/// What a container may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limits {
    /// In bytes.
    pub(super) memory: u64,
    pub(super) cpus: f64,
}

impl Limits {
    /// Those of a manifest. An engine refuses more CPUs than there are.
    pub(super) fn of(resources: &Resources) -> Self {
        let there = available_parallelism().map_or(f64::INFINITY, |number| {
            u32::try_from(number.get()).map_or(f64::INFINITY, f64::from)
        });
        Self {
            memory: memory(resources).unwrap_or(MEMORY),
            cpus: cpus(resources).unwrap_or(CPUS).min(there),
        }
    }
}

/// The bytes of memory that a manifest allows, where it says; all that fits into a number is no limit.
pub(super) fn memory(resources: &Resources) -> Option<u64> {
    let bytes = resources.memory_bytes();
    bytes.filter(|bytes| *bytes < u64::MAX)
}

/// The CPUs that a manifest allows, where it says.
fn cpus(resources: &Resources) -> Option<f64> {
    let thousandths = u32::try_from(resources.millicpus()?).ok()?;
    Some(f64::from(thousandths) / 1000.0)
}

/// The bytes of memory in which a process group resides. Only Linux says; elsewhere none.
pub(super) fn resident(group: Pid) -> Option<u64> {
    let processes = std::fs::read_dir("/proc").ok()?;
    let sizes = processes.filter_map(|process| {
        let folder = process.ok()?.path();
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        // Behind the command, which may hold spaces: state, parent, group.
        let group_of = stat.rsplit(") ").next()?.split(' ').nth(2)?;
        if group_of.parse() != Ok(group.as_raw()) {
            return None;
        }
        resident_in(&std::fs::read_to_string(folder.join("status")).ok()?)
    });
    Some(sizes.sum())
}

fn resident_in(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let size = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes = size.trim().strip_suffix(" kB")?;
    kibibytes.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_decimal_without_and_binary_with_an_i() {
        let bytes = |text: &str| {
            memory(&Resources {
                cpu: None,
                memory: Some(text.to_owned()),
            })
        };
        assert_eq!(bytes("10M"), Some(10_000_000));
        assert_eq!(bytes("64Mi"), Some(64 << 20));
        assert_eq!(bytes("2G"), Some(2_000_000_000));
        assert_eq!(bytes("1Ei"), Some(1 << 60));
        assert_eq!(bytes("4096"), Some(4096));
        for wrong in ["", "M", "10m", "-1M", "1.5G", "99E"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn cpus_are_whole_ones_parts_or_thousandths() {
        for (text, expected) in [
            ("1", Some(1.0)),
            ("0.25", Some(0.25)),
            ("100m", Some(0.1)),
            ("many", None),
        ] {
            let resources = Resources {
                cpu: Some(text.to_owned()),
                memory: None,
            };
            assert_eq!(cpus(&resources), expected, "{text}");
        }
    }

    #[test]
    fn a_container_has_limits_also_where_the_manifest_has_none() {
        let limits = |cpu: Option<&str>, memory: Option<&str>| {
            let [cpu, memory] = [cpu, memory].map(|it| it.map(str::to_owned));
            Limits::of(&Resources { cpu, memory })
        };
        let (memory, cpus) = (512_000_000, 0.5);
        assert_eq!(limits(None, None), Limits { memory, cpus });
        let (memory, cpus) = (64 << 20, 0.1);
        assert_eq!(limits(Some("100m"), Some("64Mi")), Limits { memory, cpus });
        let most = limits(Some("1000"), None).cpus;
        assert!(most < 1000.0, "{most} CPUs, more than an engine gives");
    }

    #[test]
    fn the_resident_size_is_read_in_kibibytes() {
        let status = "Name:\tservice\nVmPeak:\t  9000 kB\nVmRSS:\t    1234 kB\n";
        assert_eq!(resident_in(status), Some(1234 * 1024));
        assert_eq!(resident_in("Name:\tkthreadd\n"), None);
    }
}
