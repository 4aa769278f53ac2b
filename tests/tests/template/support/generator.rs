//! Generating a project, in each way that is there.

use std::{
    collections::BTreeSet,
    env, fmt, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use tempfile::TempDir;

use super::{Template, run};

/// A version of cargo-generate and the option that names the template.
#[derive(Clone)]
pub(crate) struct Way {
    program: PathBuf,
    source: &'static str,
}

impl Way {
    /// The library, from a folder: the way that is always there.
    pub(crate) fn library() -> Self {
        Self {
            program: library().clone(),
            source: "--path",
        }
    }

    /// The library and every installed version that the environment names.
    pub(crate) fn all() -> Vec<Self> {
        let named = env::var_os("CARGO_GENERATE_BINARIES").unwrap_or_default();
        let installed = env::split_paths(&named)
            .filter(|program| !program.as_os_str().is_empty())
            .flat_map(|program| {
                assert!(
                    program.is_file(),
                    "CARGO_GENERATE_BINARIES names {}, which is not there",
                    program.display()
                );
                ["--path", "--git"].map(|source| Self {
                    program: program.clone(),
                    source,
                })
            });
        [Self::library()].into_iter().chain(installed).collect()
    }

    /// The ways from a folder: they see files that git does not track. Where the source does not
    /// matter, they are enough.
    pub(crate) fn from_folder() -> Vec<Self> {
        let mut ways = Self::all();
        ways.retain(|way| way.source == "--path");
        ways
    }
}

/// The program around the library, an example. Cargo has built it before these tests, unless they
/// were narrowed to some.
fn library() -> &'static PathBuf {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args([
            "build",
            "--quiet",
            "--locked",
            "--example",
            "generate",
        ]);
        let built = run(cargo);
        assert!(built.success, "{}", built.output());
        let tests = env::current_exe().expect("the path of this program");
        let profile = tests.ancestors().nth(2).expect("target/PROFILE/deps/TEST");
        profile.join("examples/generate")
    });
    &PROGRAM
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.program.display(), self.source)
    }
}

/// One call of cargo-generate.
pub(crate) struct Generation {
    way: Way,
    command: Command,
    destination: TempDir,
}

impl Generation {
    /// Nothing of this machine's configuration takes part, and the destination is a folder of its
    /// own outside.
    pub(crate) fn new(way: &Way, template: &Template) -> Self {
        let destination = TempDir::with_prefix("generated-").expect("a temporary folder");
        let home = destination.path().join("home");
        fs::create_dir(&home).expect("a home");
        let mut command = Command::new(&way.program);
        command
            .env_clear()
            .envs(env::vars_os().filter(|(name, _)| name == "PATH" || name == "TMPDIR"))
            .env("HOME", &home)
            .env("USER", "tester")
            .args(["generate", way.source])
            .arg(template.path())
            .arg("--destination")
            .arg(destination.path())
            .current_dir(destination.path());
        Self {
            way: way.clone(),
            command,
            destination,
        }
    }

    /// `--silent --name …`, as a script does it.
    pub(crate) fn named(mut self, name: &str) -> Self {
        self.command.args(["--silent", &format!("--name={name}")]);
        self
    }

    pub(crate) fn define(mut self, placeholder: &str, value: &str) -> Self {
        self.command
            .args(["--define", &format!("{placeholder}={value}")]);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn run(self) -> Outcome {
        let finished = run(self.command);
        Outcome {
            way: self.way,
            success: finished.success,
            output: finished.output(),
            destination: self.destination,
        }
    }
}

/// What a generation said and left.
pub(crate) struct Outcome {
    way: Way,
    pub(crate) success: bool,
    pub(crate) output: String,
    destination: TempDir,
}

impl Outcome {
    /// The project, where there must be one.
    #[track_caller]
    pub(crate) fn project(&self, name: &str) -> PathBuf {
        let project = self.destination.path().join(name);
        assert!(
            self.success && project.is_dir(),
            "{}: no project {name}, but {:?} and:\n{}",
            self.way,
            self.left_behind(),
            self.output
        );
        project
    }

    /// Fails unless the generation was refused, with a reason in which every one of these occurs.
    #[track_caller]
    pub(crate) fn assert_refused(&self, what: &str, reasons: &[&str]) {
        assert!(!self.success, "{}: {what} was accepted", self.way);
        for reason in reasons {
            assert!(
                self.output.contains(reason),
                "{}: the refusal of {what} lacks {reason:?}:\n{}",
                self.way,
                self.output
            );
        }
    }

    /// The names in the destination.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        fs::read_dir(self.destination.path())
            .expect("the destination")
            .map(|entry| entry.expect("an entry").file_name())
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| name != "home")
            .collect()
    }
}

/// Every file below a folder and every empty folder, git's own left out.
pub(crate) fn files_in(folder: &Path) -> BTreeSet<String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        let relative = |path: &Path| {
            let path = path.strip_prefix(root).expect("below the root");
            path.to_string_lossy().into_owned()
        };
        let mut empty = true;
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            empty = false;
            if path.is_dir() && path != root.join(".git") {
                walk(root, &path, found);
            } else if path.is_file() {
                found.insert(relative(&path));
            }
        }
        if empty && folder != root {
            found.insert(format!("{}/", relative(folder)));
        }
    }
    let mut found = BTreeSet::new();
    walk(folder, folder, &mut found);
    found
}
