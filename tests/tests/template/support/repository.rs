//! This repository, as the generator meets it: what git tracks or would track, in a folder of its
//! own.

use std::{
    collections::BTreeSet,
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;

use super::run;

pub(crate) fn repository() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("the package lies in the repository")
            .to_owned()
    })
}

pub(crate) fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The name of the service in this repository.
pub(crate) fn reference_name() -> String {
    let manifest: toml::Table = toml::from_str(&read(repository().join("template/Cargo.toml")))
        .expect("template/Cargo.toml is TOML");
    manifest["package"]["name"]
        .as_str()
        .expect("the service has a name")
        .to_owned()
}

/// Whether generated files are to be written anew instead of compared.
pub(crate) fn is_update() -> bool {
    env::var_os("UPDATE").is_some()
}

/// Waits until nobody else holds this folder, in another run or another test; it is held as long as
/// the file is.
pub(crate) fn lock(folder: &Path) -> File {
    let lock = File::create(folder.with_extension("lock")).expect("a lock file");
    lock.lock().expect("the lock can be waited for");
    lock
}

/// A copy of the repository to generate from.
pub(crate) struct Template {
    folder: PathBuf,
    files: BTreeSet<String>,
    _temporary: Option<TempDir>,
}

impl Template {
    /// The one copy of what git tracks that most tests share. It is a git repository too.
    ///
    /// It lasts longer than any test, so it has one place, which the next run clears. A second run
    /// at the same time waits.
    pub(crate) fn tracked() -> &'static Self {
        static TRACKED: OnceLock<(Template, File)> = OnceLock::new();
        let (template, _) = TRACKED.get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("template");
            let lock = lock(&folder);
            if folder.exists() {
                fs::remove_dir_all(&folder).expect("the last run's copy can go");
            }
            let template = Self::copy_to(folder, None);
            git(
                template.path(),
                &["init", "--quiet", "--initial-branch=main"],
            );
            git(template.path(), &["add", "--all", "--force"]);
            git(
                template.path(),
                &["commit", "--quiet", "--message=template"],
            );
            (template, lock)
        });
        template
    }

    /// A copy to change.
    pub(crate) fn copy() -> Self {
        let folder = TempDir::with_prefix("template-").expect("a temporary folder");
        Self::copy_to(folder.path().to_owned(), Some(folder))
    }

    fn copy_to(folder: PathBuf, temporary: Option<TempDir>) -> Self {
        let files = tracked_files();
        for file in &files {
            let target = folder.join(file);
            fs::create_dir_all(target.parent().expect("files lie in folders")).expect("a folder");
            fs::copy(repository().join(file), &target)
                .unwrap_or_else(|error| panic!("copying {file}: {error}"));
        }
        Self {
            folder,
            files,
            _temporary: temporary,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn files(&self) -> &BTreeSet<String> {
        &self.files
    }

    /// Lays a file into the copy that git does not know.
    pub(crate) fn stray(&self, file: &str, text: &str) {
        let target = self.path().join(file);
        fs::create_dir_all(target.parent().expect("files lie in folders")).expect("a folder");
        fs::write(target, text).expect("a stray file");
    }
}

fn tracked_files() -> BTreeSet<String> {
    git(
        repository(),
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )
    .split('\0')
    // What is deleted but not committed is still listed.
    .filter(|file| !file.is_empty() && repository().join(file).is_file())
    .map(str::to_owned)
    .collect()
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args([
            "-c",
            "commit.gpgsign=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .args(arguments);
    let finished = run(command);
    assert!(finished.success, "git {arguments:?}: {}", finished.output());
    finished.stdout
}
