//! The full-text search over managed objects.

use crate::state::{ManagedObject, Tenant};

/// What is searched for, in lower case.
#[derive(Debug)]
pub(crate) enum FullText {
    /// Any of these words.
    Words(Vec<String>),
    /// All of this, as it was given in double quotes.
    Phrase(String),
}

impl FullText {
    pub(crate) fn parse(text: &str) -> Self {
        let text = text.trim().to_lowercase();
        let quoted = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        match quoted {
            Some(phrase) => Self::Phrase(phrase.to_owned()),
            None => Self::Words(words(&text).map(str::to_owned).collect()),
        }
    }

    fn is_in(&self, property: &str) -> bool {
        let property = property.to_lowercase();
        match self {
            Self::Phrase(phrase) => property.contains(phrase),
            Self::Words(wanted) => words(&property).any(|word| wanted.iter().any(|it| it == word)),
        }
    }
}

/// The parts of a text between spaces and signs; `_` belongs to a word.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let between = |character: char| !character.is_alphanumeric() && character != '_';
    text.split(between).filter(|word| !word.is_empty())
}

impl Tenant {
    /// Whether a text is in what is searched of an object: ID, type, name, owner, external IDs.
    pub(super) fn mentions(&self, object: &ManagedObject, text: &FullText) -> bool {
        text.is_in(&object.id.to_string())
            || text.is_in(&object.owner)
            || object.kind().is_some_and(|kind| text.is_in(kind))
            || object.name().is_some_and(|name| text.is_in(name))
            || self
                .identity
                .names(object.id)
                .any(|name| text.is_in(&name.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_word_is_enough_whatever_its_case_but_a_quoted_phrase_is_wanted_whole() {
        for (text, property, found) in [
            ("abc/def-ghi", "Motor DEF", true),
            ("abc", "abcd", false),
            ("c8y_Device", "c8y_device", true),
            ("c8y", "c8y_Device", false),
            ("\"abc/def\"", "x ABC/def y", true),
            ("\"abc/def\"", "abc def", false),
            ("", "abc", false),
        ] {
            let seen = FullText::parse(text).is_in(property);
            assert_eq!(seen, found, "{text} in {property}");
        }
    }
}
