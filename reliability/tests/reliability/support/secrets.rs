//! Secrets, and the search for them in everything that the service shows.
//!
//! What is searched: each line of the log (at level trace, unless a plan is quiet), the metrics and
//! the command lines at the end of a stage, and the answers that came through [`super::answer`].
//! What is searched for: all that the platform has given out or been told, and what a test has sent
//! as credentials, in the forms of [`forms`].

mod forms;
mod notes;
mod search;
mod watch;

use std::sync::LazyLock;

pub(crate) use notes::{note, note_credentials};
pub(crate) use search::Search;
pub(crate) use watch::{End, Seen, Watch, answered, know};

/// The user that acts for a stage in each tenant, with all roles.
pub(crate) const USER: &str = "stage";

/// Its password: with what URLs and JSON escape, and what no log has by chance.
pub(crate) static PASSWORD: LazyLock<String> =
    LazyLock::new(|| format!("{}\"\\%é: {}", random(6), random(16)));

/// The bootstrap user's.
pub(crate) static BOOTSTRAP_PASSWORD: LazyLock<String> = LazyLock::new(|| random(32));

/// Letters and digits that nobody knows.
pub(crate) fn random(length: usize) -> String {
    let characters = std::iter::repeat_with(fastrand::alphanumeric);
    characters.take(length).collect()
}
