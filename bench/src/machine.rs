//! The machine that figures are taken on.

use std::fs;
use std::thread::available_parallelism;

use crate::Outcome;

/// Its processor, cores, memory and system, in a line.
pub(crate) fn describe() -> Outcome<String> {
    let processor = value("/proc/cpuinfo", "model name").unwrap_or_else(|| "?".to_owned());
    let cores = available_parallelism()?;
    let kilobytes = value("/proc/meminfo", "MemTotal").unwrap_or_default();
    let kilobytes: f64 = kilobytes.trim_end_matches(" kB").parse().unwrap_or(0.0);
    let memory = kilobytes / 1024.0 / 1024.0;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let system = value("/etc/os-release", "PRETTY_NAME").unwrap_or_else(|| "Linux".to_owned());
    let system = system.trim_matches('"');
    // Without what those who have built it call it.
    let kernel = kernel.split(['-', '+', '\n']).next().unwrap_or("?");
    Ok(format!(
        "{processor}, {cores} cores, {memory:.0} GiB, {system}, Linux {kernel}"
    ))
}

/// What stands behind a name, in a file of names and values.
fn value(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let mut lines = text.lines().filter_map(|line| line.split_once([':', '=']));
    let (_, value) = lines.find(|(key, _)| key.trim() == name)?;
    Some(value.trim().to_owned())
}
