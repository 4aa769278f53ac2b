//! The search itself.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::{forms, notes};

/// Finds secrets in texts.
pub(crate) struct Search(AhoCorasick);

impl Search {
    /// A search for these secrets, and those that tests have noted. The key of an application is one
    /// as a whole: it begins with a name.
    pub(crate) fn new(secrets: &BTreeSet<String>, application_key: &str) -> Self {
        let mut patterns = forms::encoded(application_key);
        patterns.insert(application_key.to_owned());
        // The password of `admin` is a word: alone it is no finding, and in a login it is.
        patterns.extend(forms::encoded(local_platform::PASSWORD));
        let noted = notes::noted();
        let secrets = secrets.iter().chain(&noted);
        let secrets = secrets.filter(|it| *it != local_platform::PASSWORD);
        patterns.extend(secrets.flat_map(|secret| forms::of(secret)));
        Self(AhoCorasick::new(patterns).expect("patterns of some kilobytes"))
    }

    /// A search for the credentials that a request was sent with.
    pub(crate) fn for_credentials(secrets: &BTreeSet<String>) -> Self {
        let patterns = secrets.iter().flat_map(|secret| forms::of(secret));
        Self(AhoCorasick::new(patterns).expect("patterns of some kilobytes"))
    }

    /// The lines that have a secret in them, and the first form that was found.
    pub(crate) fn find(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.0.find(&text.as_bytes()[from..]) {
            let (start, end) = (from + at.start(), from + at.end());
            let begin = text[..start].rfind('\n').map_or(0, |it| it + 1);
            let line_end = text[end..].find('\n').map_or(text.len(), |it| end + it);
            let (secret, line) = (&text[start..end], &text[begin..line_end]);
            found.push(format!("`{secret}` in: {line}"));
            from = line_end;
        }
        found
    }
}
