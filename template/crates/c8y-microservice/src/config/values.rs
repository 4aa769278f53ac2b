//! The forms of single values.

use reqwest::Url;

pub(super) const BASE_URL: &str =
    "is not an http or https address with a host, and without user, password, query and fragment";

/// The platform's address, with a path that ends in `/` so that request paths can be joined to it.
pub(super) fn base_url(text: &str) -> Option<Url> {
    // Browsers do without the slashes. Then what looks like a user and a password may be a path.
    let (scheme, _) = text.split_once("://")?;
    let mut url = Url::parse(text).ok()?;
    let plain = ["http", "https"].contains(&&*scheme.to_ascii_lowercase())
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    plain.then_some(url)
}

pub(super) const MEMORY: &str = "a number of bytes, alone or with a unit: E, P, T, G, M, K, Ei, Pi, Ti, Gi, Mi, Ki, such as 256M";

/// A size in bytes. `10M` is 10,000,000, `10Mi` is 10,485,760, as for the platform.
pub(super) fn memory(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (unit, base) = match unit.strip_suffix('i') {
        Some(unit) => (unit, 1024_u64),
        None => (unit, 1000),
    };
    let power = match unit {
        "" if base == 1000 => 0,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        "P" => 5,
        "E" => 6,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    number
        .checked_mul(base.pow(power))
        .filter(|bytes| *bytes > 0)
}
