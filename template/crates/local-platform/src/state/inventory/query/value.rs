//! The values that a query compares with.

use std::cmp::Ordering;

use super::property::Found;
use crate::state::{Time, parse_time};

/// A value in a query.
#[derive(Debug)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    /// With what was written: an ID, or a text that looks like a number, may be meant.
    Number(f64, String),
    Text {
        text: String,
        wildcard: Option<Wildcard>,
        time: Option<Time>,
    },
}

impl Literal {
    /// What stood in quotes.
    pub(super) fn text(text: &str) -> Self {
        Self::Text {
            text: text.to_owned(),
            wildcard: text.contains('*').then(|| Wildcard::new(text)),
            time: parse_time("value", text).ok(),
        }
    }

    /// What stood without quotes. Whole numbers are numbers, others need a suffix; any other word
    /// is a text.
    pub(super) fn word(word: &str) -> Self {
        let number = || {
            let decimal = word.strip_suffix(['f', 'd', 'F', 'D']);
            let digits =
                |text: &&str| text.starts_with(|it: char| it.is_ascii_digit() || it == '-');
            match decimal.filter(digits) {
                Some(decimal) => decimal.parse().ok(),
                None => word.parse::<i64>().ok().and(word.parse().ok()),
            }
        };
        match word {
            "null" => Self::Null,
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            _ => number().map_or_else(
                || Self::text(word),
                |number| Self::Number(number, word.to_owned()),
            ),
        }
    }

    pub(super) fn can_be_time(&self) -> bool {
        matches!(self, Self::Null | Self::Text { time: Some(_), .. })
    }

    /// Whether something is the same, or alike where there is a wildcard.
    pub(super) fn is(&self, found: Found<'_>) -> bool {
        match (self, found) {
            (
                Self::Text {
                    wildcard: Some(wildcard),
                    ..
                },
                Found::Text(text),
            ) => wildcard.matches(text),
            (
                Self::Text {
                    wildcard: Some(wildcard),
                    ..
                },
                Found::Id(id),
            ) => wildcard.matches(&id.to_string()),
            (Self::Bool(wanted), Found::Bool(given)) => *wanted == given,
            (Self::Number(_, wanted), Found::Text(given)) => wanted == given,
            _ => self.order(found) == Some(Ordering::Equal),
        }
    }

    /// How something compares with this value, where the two can be compared.
    pub(super) fn order(&self, found: Found<'_>) -> Option<Ordering> {
        match (self, found) {
            (Self::Number(wanted, _), Found::Number(given)) => given.partial_cmp(wanted),
            (Self::Number(_, wanted), Found::Id(given)) => Some(given.cmp(&wanted.parse().ok()?)),
            (Self::Text { text, .. }, Found::Id(given)) => Some(given.cmp(&text.parse().ok()?)),
            (Self::Text { text, .. }, Found::Text(given)) => Some(given.cmp(text)),
            (Self::Text { time, .. }, Found::Time(given)) => Some(given.cmp(time.as_ref()?)),
            _ => None,
        }
    }
}

/// A text with `*` for anything, or nothing; its case does not matter.
#[derive(Debug)]
pub(super) struct Wildcard {
    /// What stands between the `*`; at least two parts.
    parts: Vec<String>,
}

impl Wildcard {
    fn new(text: &str) -> Self {
        let parts = text.split('*').map(str::to_lowercase).collect();
        Self { parts }
    }

    fn matches(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return false;
        };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in middle {
            let Some(at) = rest.find(part.as_str()) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}
