//! The service's process, as the system sees it, again and again.

use procfs::net::TcpState;

use crate::support::{Stage, process};

pub(super) struct Process {
    pid: u32,
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
            pid: stage.service.pid(),
            own_port: stage.service.address().port(),
            platform_port: stage.platform.address().port(),
        }
    }

    pub(super) fn sample(&self) -> Sample {
        let (threads, anonymous) = process::threads_and_anonymous_memory(self.pid);
        let mut sample = Sample {
            anonymous,
            threads,
            descriptors: process::descriptors(self.pid).len() as u64,
            to_platform: 0,
            callers: 0,
        };
        let connections = process::connections(self.pid).into_iter();
        for it in connections.filter(|it| it.state == TcpState::Established) {
            sample.to_platform += u64::from(it.remote_address.port() == self.platform_port);
            sample.callers += u64::from(it.local_address.port() == self.own_port);
        }
        sample
    }
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
