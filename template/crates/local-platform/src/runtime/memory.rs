//! The limit of memory, and what a process and all that it has started take of it.

use nix::unistd::Pid;

const UNITS: [(&str, u64); 12] = [
    ("Ei", 1 << 60),
    ("Pi", 1 << 50),
    ("Ti", 1 << 40),
    ("Gi", 1 << 30),
    ("Mi", 1 << 20),
    ("Ki", 1 << 10),
    ("E", 1_000_000_000_000_000_000),
    ("P", 1_000_000_000_000_000),
    ("T", 1_000_000_000_000),
    ("G", 1_000_000_000),
    ("M", 1_000_000),
    ("K", 1_000),
];

/// Bytes, of `64M`, `1Gi` or a plain number.
pub(super) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = UNITS.iter().find(|(name, _)| text.ends_with(name));
    let (number, unit) = match unit {
        Some((name, bytes)) => (text.strip_suffix(name)?, *bytes),
        None => (text, 1),
    };
    number.trim_end().parse::<u64>().ok()?.checked_mul(unit)
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
        assert_eq!(parse("10M"), Some(10_000_000));
        assert_eq!(parse("64Mi"), Some(64 << 20));
        assert_eq!(parse("2G"), Some(2_000_000_000));
        assert_eq!(parse("1Ei"), Some(1 << 60));
        assert_eq!(parse("4096"), Some(4096));
        for wrong in ["", "M", "10m", "-1M", "1.5G", "99E"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_resident_size_is_read_in_kibibytes() {
        let status = "Name:\tservice\nVmPeak:\t  9000 kB\nVmRSS:\t    1234 kB\n";
        assert_eq!(resident_in(status), Some(1234 * 1024));
        assert_eq!(resident_in("Name:\tkthreadd\n"), None);
    }
}
