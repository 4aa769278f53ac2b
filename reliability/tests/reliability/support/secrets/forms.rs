//! The forms that a secret takes on its way.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The beginning of a secret is a secret.
const PART: usize = 12;
/// A list of bytes is told by the first of them.
const BYTES: usize = 6;

/// All texts that give a secret away, wherever they stand.
pub(super) fn of(secret: &str) -> BTreeSet<String> {
    let part: String = secret.chars().take(PART).collect();
    let json = serde_json::to_string(&part).expect("a text is JSON");
    let mut forms = encoded(&part);
    forms.extend([
        json.trim_matches('"').to_owned(),
        utf8_percent_encode(&part, NON_ALPHANUMERIC).to_string(),
        listed(&part),
        part,
    ]);
    // Tokens begin alike and end with what is theirs alone.
    if let Some((_, signature)) = secret.rsplit_once('.') {
        forms.insert(signature.chars().take(PART).collect());
    }
    forms.retain(|form| form.len() >= 5);
    forms
}

/// Base64 of anything that contains the text, at each of the three offsets.
pub(super) fn encoded(text: &str) -> BTreeSet<String> {
    let mut forms = BTreeSet::new();
    for offset in 0..3 {
        let bytes = [&[0; 2][..offset], text.as_bytes()].concat();
        // The first characters have bits of what comes before, the last of what comes after.
        let own = (offset * 8).div_ceil(6)..bytes.len() * 8 / 6;
        forms.insert(STANDARD.encode(&bytes)[own.clone()].to_owned());
        forms.insert(URL_SAFE.encode(&bytes)[own].to_owned());
    }
    forms
}

/// `104, 101, 108`: what `Debug` makes of bytes.
fn listed(text: &str) -> String {
    let mut list = String::new();
    for byte in text.bytes().take(BYTES) {
        write!(list, "{byte}, ").expect("a string takes all");
    }
    list.trim_end_matches(", ").to_owned()
}
