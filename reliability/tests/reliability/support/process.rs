//! What the system tells of a process, on Linux alone.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use procfs::net::{TcpNetEntry, TcpState};
use procfs::process::{FDTarget, Process, Status};

/// The bytes of memory that a process has.
pub(crate) fn memory(pid: u32) -> u64 {
    kibibytes(status(pid).vmrss)
}

/// A process's threads, and the bytes of its memory that are not of a file.
pub(crate) fn threads_and_anonymous_memory(pid: u32) -> (u64, u64) {
    let status = status(pid);
    (status.threads, kibibytes(status.rssanon))
}

/// How long a process has computed.
pub(crate) fn computed(pid: u32) -> Duration {
    let stat = process(pid).stat().expect("the process runs");
    let seconds = (stat.utime + stat.stime) / procfs::ticks_per_second();
    Duration::from_secs(seconds)
}

/// Everything that a process has open. What is closed meanwhile is not there any more.
pub(crate) fn descriptors(pid: u32) -> Vec<FDTarget> {
    let open = process(pid).fd().expect("the process runs");
    open.filter_map(|it| Some(it.ok()?.target)).collect()
}

/// The sockets that a process has open.
pub(crate) fn sockets(pid: u32) -> HashSet<u64> {
    let open = descriptors(pid).into_iter();
    open.filter_map(|it| match it {
        FDTarget::Socket(inode) => Some(inode),
        _ => None,
    })
    .collect()
}

/// The connections of a process, and what it listens on.
pub(crate) fn connections(pid: u32) -> Vec<TcpNetEntry> {
    let process = process(pid);
    let mut entries = process.tcp().expect("the system's list of sockets");
    // A machine may have no IPv6.
    entries.extend(process.tcp6().unwrap_or_default());
    let own = sockets(pid);
    entries.retain(|it| own.contains(&it.inode));
    entries
}

/// The addresses, without ports, of all that a process listens on.
pub(crate) fn listening(pid: u32) -> HashSet<IpAddr> {
    let entries = connections(pid).into_iter();
    let listening = entries.filter(|it| it.state == TcpState::Listen);
    listening.map(|it| it.local_address.ip()).collect()
}

fn kibibytes(number: Option<u64>) -> u64 {
    number.expect("a process that runs has memory") * 1024
}

fn status(pid: u32) -> Status {
    process(pid).status().expect("the process runs")
}

fn process(pid: u32) -> Process {
    let pid = pid.try_into().expect("the number of a process");
    Process::new(pid).expect("the process runs")
}
