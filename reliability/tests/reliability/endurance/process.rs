//! What the system tells of the service's process.

use std::collections::HashSet;
use std::fmt::Debug;
use std::fs;
use std::path::PathBuf;

use crate::support::Stage;

pub(super) struct Process {
    folder: PathBuf,
    own_port: u16,
    platform_port: u16,
}

/// What the process has at a moment, or as the median of many moments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// Bytes of memory that are not of a file.
    pub(super) anonymous: u64,
    pub(super) threads: u64,
    pub(super) descriptors: u64,
    /// Connections from the service to the platform.
    pub(super) to_platform: u64,
    /// Connections of those who call the service.
    pub(super) callers: u64,
}

type Field = fn(&Sample) -> u64;

/// How much more memory may be there in the end.
#[derive(Clone, Copy)]
pub(super) struct Growth(u64);

impl Growth {
    pub(super) fn bytes(number: u64) -> Self {
        Self(number)
    }
}

impl Process {
    pub(super) fn of(stage: &Stage) -> Self {
        Self {
            folder: format!("/proc/{}", stage.service.pid()).into(),
            own_port: stage.service.address().port(),
            platform_port: stage.platform.address().port(),
        }
    }

    pub(super) fn sample(&self) -> Sample {
        let status = self.read("status");
        let of_status = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let value = line.and_then(|line| line.split_whitespace().next());
            let value = value.and_then(|value| value.parse::<u64>().ok());
            value.unwrap_or_else(|| panic!("no {name} in {status}"))
        };
        let descriptors = self.descriptors();
        let sockets: HashSet<_> = descriptors.iter().filter_map(|it| inode(it)).collect();
        let (mut to_platform, mut callers) = (0, 0);
        for connection in self.read("net/tcp").lines().filter_map(connection) {
            if sockets.contains(connection.inode) {
                to_platform += u64::from(connection.remote_port == self.platform_port);
                callers += u64::from(connection.local_port == self.own_port);
            }
        }
        Sample {
            anonymous: of_status("RssAnon:") * 1024,
            threads: of_status("Threads:"),
            descriptors: descriptors.len() as u64,
            to_platform,
            callers,
        }
    }

    fn read(&self, name: &str) -> String {
        let path = self.folder.join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// What each file descriptor is. One that is closed meanwhile is none any more.
    fn descriptors(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join("fd")).expect("the process runs");
        let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        links
            .map(|link| link.to_string_lossy().into_owned())
            .collect()
    }
}

/// `socket:[12345]`
fn inode(link: &str) -> Option<&str> {
    link.strip_prefix("socket:[")?.strip_suffix(']')
}

struct Connection<'a> {
    local_port: u16,
    remote_port: u16,
    inode: &'a str,
}

/// An established connection in a line of the system's list.
fn connection(line: &str) -> Option<Connection<'_>> {
    const ESTABLISHED: &str = "01";
    let fields: Vec<_> = line.split_whitespace().collect();
    let [_, local, remote, ESTABLISHED, _, _, _, _, _, inode, ..] = fields[..] else {
        return None;
    };
    Some(Connection {
        local_port: port(local)?,
        remote_port: port(remote)?,
        inode,
    })
}

/// `0100007F:1F90`
fn port(address: &str) -> Option<u16> {
    let (_, port) = address.split_once(':')?;
    u16::from_str_radix(port, 16).ok()
}

/// The first fifth of the time is for warming up. Fails if the medians of the last one are higher
/// than those of the second one: memory by more than allowed, the others by more than a few of those
/// that come and go.
pub(super) fn compare(samples: &[Sample], allowed: Growth) -> (Sample, Sample) {
    const JITTER: u64 = 3;
    let fifth = samples.len() / 5;
    let before = median(&samples[fifth..2 * fifth]);
    let after = median(&samples[samples.len() - fifth..]);
    println!("second fifth: {before:?}; last fifth: {after:?}");
    let checks: [(&str, Field, u64); 4] = [
        ("memory", |it| it.anonymous, allowed.0),
        ("threads", |it| it.threads, 0),
        ("file descriptors", |it| it.descriptors, JITTER),
        ("connections to the platform", |it| it.to_platform, JITTER),
    ];
    for (what, of, allowed) in checks {
        let (before, after) = (of(&before), of(&after));
        let all: Vec<_> = samples.iter().map(of).collect();
        assert!(
            after <= before + allowed,
            "{what}: from {before} to {after}; all samples: {all:?}"
        );
    }
    (before, after)
}

fn median(samples: &[Sample]) -> Sample {
    let of = |field: Field| {
        let mut values: Vec<_> = samples.iter().map(field).collect();
        values.sort_unstable();
        values[values.len() / 2]
    };
    Sample {
        anonymous: of(|it| it.anonymous),
        threads: of(|it| it.threads),
        descriptors: of(|it| it.descriptors),
        to_platform: of(|it| it.to_platform),
        callers: of(|it| it.callers),
    }
}

#[test]
fn growth_of_each_kind_is_seen() {
    let still = Sample {
        anonymous: 5 << 20,
        threads: 6,
        descriptors: 70,
        to_platform: 30,
        callers: 8,
    };
    compare(&[still; 10], Growth::bytes(0));
    let anonymous = still.anonymous + (2 << 20);
    for grown in [
        Sample { anonymous, ..still },
        Sample {
            threads: 7,
            ..still
        },
        Sample {
            descriptors: 80,
            ..still
        },
        Sample {
            to_platform: 40,
            ..still
        },
    ] {
        let samples = [[still; 5], [grown; 5]].concat();
        let seen = std::panic::catch_unwind(|| compare(&samples, Growth::bytes(1 << 20)));
        assert!(seen.is_err(), "not seen: {grown:?}");
    }
}
