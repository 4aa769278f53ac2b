//! Changes of a project's sources.

use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// So long nothing more may change: an editor saves several files, and one of them in several steps.
const QUIET: Duration = Duration::from_millis(200);
/// Written by cargo itself, too.
const LOCK: &str = "Cargo.lock";
/// What counts wherever it lies; everything else only below a `src`.
const FILES: [&str; 5] = [
    "Cargo.toml",
    LOCK,
    "build.rs",
    "cumulocity.json",
    "rust-toolchain.toml",
];
/// What does not go into the service.
const LEFT_OUT: [&str; 5] = ["benches", "examples", "node_modules", "target", "tests"];

/// Tells whether a source of the project has changed.
pub(super) struct Changes {
    project: PathBuf,
    events: Receiver<notify::Result<Event>>,
    lock_written: Option<SystemTime>,
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// From here on changes are seen.
    pub(super) fn of(project: &Path) -> notify::Result<Self> {
        let project = project.canonicalize()?;
        let (sender, events) = channel();
        let mut watcher = notify::recommended_watcher(sender)?;
        watcher.watch(&project, RecursiveMode::NonRecursive)?;
        for entry in project.read_dir()? {
            let folder = entry?.path();
            // All of `target` would be more than a system watches.
            if folder.is_dir() && counts(&folder, &project) && !is_cache(&folder) {
                watcher.watch(&folder, RecursiveMode::Recursive)?;
            }
        }
        Ok(Self {
            project,
            events,
            lock_written: None,
            _watcher: watcher,
        })
    }

    /// Whether a source has changed since this was asked last; waits until it is quiet again.
    pub(super) fn seen(&self) -> bool {
        let mut events = self.events.try_iter();
        if !events.any(|event| self.is_change(&event)) {
            return false;
        }
        let mut quiet = Instant::now() + QUIET;
        let left = |quiet: Instant| quiet.saturating_duration_since(Instant::now());
        while let Ok(event) = self.events.recv_timeout(left(quiet)) {
            if self.is_change(&event) {
                quiet = Instant::now() + QUIET;
            }
        }
        true
    }

    /// Cargo has built: what it wrote down about dependencies is no change.
    pub(super) fn built(&mut self) {
        self.lock_written = self.lock_time();
    }

    fn is_change(&self, event: &notify::Result<Event>) -> bool {
        // That events were lost is a reason to look.
        let Ok(event) = event else { return true };
        let changes = matches!(
            event.kind,
            EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)
        );
        changes && event.paths.iter().any(|path| self.is_source(path))
    }

    fn is_source(&self, path: &Path) -> bool {
        if !counts(path, &self.project) {
            return false;
        }
        let name = path.file_name().unwrap_or_default();
        if name == LOCK && path.parent() == Some(&self.project) {
            return self.lock_time() != self.lock_written;
        }
        let relative = path.strip_prefix(&self.project).unwrap_or(path);
        let in_src = relative.components().any(|it| it.as_os_str() == "src");
        in_src || FILES.iter().any(|file| name == *file)
    }

    fn lock_time(&self) -> Option<SystemTime> {
        let lock = std::fs::metadata(self.project.join(LOCK)).ok()?;
        lock.modified().ok()
    }
}

/// Not hidden, and neither built nor a test.
fn counts(path: &Path, project: &Path) -> bool {
    let relative = path.strip_prefix(project).unwrap_or(path);
    relative.components().all(|component| match component {
        Component::Normal(name) => {
            let name = name.to_string_lossy();
            !name.starts_with('.') && !name.ends_with('~') && !LEFT_OUT.contains(&&*name)
        }
        _ => true,
    })
}

/// Cargo marks a folder that it builds in, whatever its name.
fn is_cache(folder: &Path) -> bool {
    folder.join("CACHEDIR.TAG").exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_from_what_is_built_hidden_or_a_test() {
        let project = std::env::temp_dir();
        let changes = Changes {
            events: channel().1,
            lock_written: None,
            _watcher: notify::recommended_watcher(|_| {}).expect("a watcher"),
            project: project.clone(),
        };
        for (path, expected) in [
            ("src/main.rs", true),
            ("src/page.html", true),
            ("crates/sdk/src/lib.rs", true),
            ("crates/sdk/Cargo.toml", true),
            ("cumulocity.json", true),
            ("build.rs", true),
            ("README.md", false),
            ("tests/service/main.rs", false),
            ("target/debug/build/a/src/lib.rs", false),
            (".git/src/HEAD", false),
            ("src/.main.rs.swp", false),
            ("src/main.rs~", false),
        ] {
            assert_eq!(changes.is_source(&project.join(path)), expected, "{path}");
        }
    }
}
