//! Tries to break the service and the SDK as production does. What is promised, how it is tested and
//! what was counted stands in `docs/reliability.md`; everything that does it is in `tests`, and here
//! is what all of them use.

mod counts;

use std::path::Path;

pub use counts::counted;

/// The repository's root.
///
/// # Panics
///
/// Never: this package lies in the repository.
#[must_use]
pub fn repository() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package
        .parent()
        .expect("the package lies in the repository")
}
