//! Quantities of CPU and memory, as the manifest spells them.

/// The longest names first: `Mi` ends in no other unit, but `i` alone is none.
const UNITS: [(&str, u64); 13] = [
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
    ("", 1),
];

/// Bytes of memory: `64M`, `1Gi` or a plain number. More than fits is all that fits.
pub(crate) fn memory_bytes(text: &str) -> Option<u64> {
    let (number, unit) = UNITS
        .iter()
        .find_map(|(name, bytes)| Some((text.strip_suffix(name)?, bytes)))?;
    Some(whole(number)?.saturating_mul(*unit))
}

/// Thousandths of a CPU: `500m`, `0.5` or `1`. Smaller parts are left out.
pub(crate) fn millicpus(text: &str) -> Option<u64> {
    if let Some(thousandths) = text.strip_suffix('m') {
        return whole(thousandths);
    }
    let (cpus, part) = text.split_once('.').unwrap_or((text, "0"));
    whole(part)?;
    let thousandths = whole(&format!("{part:0<3}")[..3])?;
    Some(
        whole(cpus)?
            .saturating_mul(1000)
            .saturating_add(thousandths),
    )
}

/// A number of digits alone. More than fits is all that fits.
pub(crate) fn whole(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_decimal_without_and_binary_with_an_i() {
        for (text, bytes) in [
            ("10M", 10_000_000),
            ("64Mi", 64 << 20),
            ("2G", 2_000_000_000),
            ("1Ei", 1 << 60),
            ("4096", 4096),
            ("99E", u64::MAX),
        ] {
            assert_eq!(memory_bytes(text), Some(bytes), "{text}");
        }
        for wrong in ["", "M", "10m", "10k", "-1M", "1.5G", "1 G", "10MB", "10i"] {
            assert_eq!(memory_bytes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_cpu_has_a_thousand_parts() {
        for (text, thousandths) in [
            ("1", 1000),
            ("0.1", 100),
            ("0.25", 250),
            ("1.0625", 1062),
            ("500m", 500),
        ] {
            assert_eq!(millicpus(text), Some(thousandths), "{text}");
        }
        for wrong in [
            "", "m", ".5", "1.", "0.5m", "-1", "1e3", "1 m", "1,5", "0.5x",
        ] {
            assert_eq!(millicpus(wrong), None, "{wrong}");
        }
    }
}
