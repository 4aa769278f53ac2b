//! Inputs: any bytes, and what is nearly right.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::bodies::Body;

const LARGEST: usize = 64 * 1024;

/// What parsers stumble over.
const PIECES: &[&str] = &[
    "\"",
    "{",
    "}",
    "[[[[[[[[",
    "]",
    ",",
    ":",
    "=",
    ";",
    "\\",
    "\\ud800",
    "\\u0000",
    "null",
    "true",
    "-0",
    "1e999",
    "-1e-999",
    "18446744073709551616",
    "9223372036854775808",
    "0.1",
    "%",
    "%25",
    "%2e",
    "%2F",
    "/",
    "//",
    "/../",
    "?",
    "#",
    "@",
    "*",
    "|",
    "\n",
    "\r\n",
    "\t",
    "\0",
    " ",
    "\u{feff}",
    "\u{1f600}",
    "\u{e9}",
    "\u{202e}",
    "T24:00:00Z",
    "+23:59",
    "[::1]",
    "0x7f.1",
    "Mi",
    "Ei",
    "{\"a\":",
    "\"exp\":",
    "authorization=",
    "Basic ",
    "Bearer ",
    "==",
    ".",
    "..",
    "--",
];

#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Insert(Index, &'static str),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Truncate(Index),
    Append(&'static str),
}

pub(crate) fn of(body: &Body) -> BoxedStrategy<Vec<u8>> {
    let anything = vec(any::<u8>(), 0..1024);
    let pieces = vec(select(PIECES), 0..64).prop_map(|pieces| pieces.concat().into_bytes());
    let samples = body.samples;
    let begin = select(samples);
    let nearly = (begin, vec(change(samples), 0..8)).prop_map(|(sample, changes)| {
        let mut input = sample.as_bytes().to_vec();
        for change in changes {
            change.apply(&mut input);
        }
        input
    });
    prop_oneof![1 => anything, 1 => pieces, 6 => nearly].boxed()
}

fn change(samples: &'static [&'static str]) -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        4 => (at(), select(PIECES)).prop_map(|(at, piece)| Change::Insert(at, piece)),
        2 => (at(), 1..40_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (at(), 1..80_usize, 1..4000_usize)
            .prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => at().prop_map(Change::Truncate),
        1 => select(samples).prop_map(Change::Append),
    ]
}

impl Change {
    fn apply(&self, input: &mut Vec<u8>) {
        let position = |at: &Index| at.index(input.len() + 1);
        match self {
            Self::Set(at, byte) => {
                let at = position(at);
                if let Some(place) = input.get_mut(at) {
                    *place = *byte;
                }
            }
            Self::Insert(at, piece) => {
                let at = position(at);
                input.splice(at..at, piece.bytes());
            }
            Self::Remove(at, length) => {
                let at = position(at);
                input.drain(at..(at + length).min(input.len()));
            }
            Self::Repeat(at, length, times) => {
                let at = position(at);
                let part = input[at..(at + length).min(input.len())].to_vec();
                let times = (*times).min(LARGEST / part.len().max(1));
                input.splice(at..at, part.repeat(times));
            }
            Self::Truncate(at) => input.truncate(position(at)),
            Self::Append(sample) => input.extend(sample.bytes()),
        }
        input.truncate(LARGEST);
    }
}
