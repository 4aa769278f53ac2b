//! What the tests share.

mod call;
mod command;
mod dev;
mod generator;
mod repository;
mod workshop;

pub(crate) use call::Call;
pub(crate) use command::{Cargo, Finished, run};
pub(crate) use dev::Dev;
pub(crate) use generator::{Generation, Way, files_in};
pub(crate) use repository::{Template, is_update, lock, read, reference_name, repository};
pub(crate) use workshop::Workshop;

/// Fails at the first line that differs.
#[track_caller]
pub(crate) fn assert_same_text(what: &str, expected: &str, seen: &str) {
    if expected == seen {
        return;
    }
    let difference = expected
        .split('\n')
        .zip(seen.split('\n'))
        .enumerate()
        .find(|(_, (expected, seen))| expected != seen);
    match difference {
        Some((line, (expected, seen))) => panic!(
            "{what}: line {} differs\n  expected: {expected}\n      seen: {seen}",
            line + 1
        ),
        None => panic!(
            "{what}: one has more lines: expected {}, seen {}",
            expected.lines().count(),
            seen.lines().count()
        ),
    }
}
