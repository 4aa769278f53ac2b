//! What tests send as credentials.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap};

static NOTES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Of those that are only seen in requests: a test that tries thousands of passwords has shown with
/// these what it had to show.
const MOST: usize = 500;
/// What is shorter, or a word, stands in logs for other reasons.
const SHORTEST: usize = 8;
/// What has fewer different characters fills a header, and names nothing.
const FEWEST_CHARACTERS: usize = 5;

/// Has all stages search for a secret from now on: to be called before it is sent.
pub(crate) fn note(secret: &str) {
    notes().insert(secret.to_owned());
}

/// Notes the credentials that a request is sent with, and returns them.
pub(crate) fn note_credentials(headers: &HeaderMap) -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for value in headers.get_all(AUTHORIZATION) {
        secrets.extend(in_header(&String::from_utf8_lossy(value.as_bytes())));
    }
    for value in headers.get_all(COOKIE) {
        let cookies = String::from_utf8_lossy(value.as_bytes());
        let values = cookies.split(';').filter_map(|it| it.split_once('='));
        secrets.extend(values.map(|(_, value)| value.trim().to_owned()));
    }
    for name in ["x-xsrf-token", "tfatoken"] {
        let values = headers.get_all(name).iter();
        secrets.extend(values.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned()));
    }
    secrets.retain(|secret| is_one(secret));
    let mut notes = notes();
    for secret in &secrets {
        if notes.len() < MOST {
            notes.insert(secret.clone());
        }
    }
    secrets
}

pub(super) fn noted() -> BTreeSet<String> {
    notes().clone()
}

fn notes() -> MutexGuard<'static, BTreeSet<String>> {
    NOTES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The password of `Basic …`, else what stands behind the scheme.
fn in_header(value: &str) -> Option<String> {
    let (_, credentials) = value.split_once(' ').unwrap_or(("", value));
    let credentials = credentials.trim();
    let Ok(login) = STANDARD.decode(credentials) else {
        return Some(credentials.to_owned());
    };
    let login = String::from_utf8_lossy(&login).into_owned();
    let (_, password) = login.split_once(':')?;
    Some(password.to_owned())
}

/// Whether a text that was sent is worth a search: tests send words, and nothing, too.
fn is_one(secret: &str) -> bool {
    let characters: BTreeSet<_> = secret.chars().collect();
    secret.len() >= SHORTEST
        && secret != local_platform::PASSWORD
        && characters.len() >= FEWEST_CHARACTERS
        && !characters.iter().all(char::is_ascii_lowercase)
}
