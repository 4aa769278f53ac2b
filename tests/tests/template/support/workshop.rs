//! Where generated projects are built.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::{Generation, Template, Way, files_in, lock, read};

const NAME: &str = "hello-c8y";

/// The one folder in which projects are built, so that a second build finds what the first has
/// made. It is held by one test at a time, also of another run.
pub(crate) struct Workshop {
    folder: PathBuf,
    _lock: File,
}

impl Workshop {
    pub(crate) fn enter() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("project");
        let lock = lock(&folder);
        Self {
            folder,
            _lock: lock,
        }
    }

    /// Generates a project outside and lays it here. What is the same stays untouched, so cargo
    /// takes it for built.
    pub(crate) fn lay_out(&self, isolation: &str) -> PathBuf {
        let outcome = Generation::new(&Way::library(), Template::tracked())
            .named(NAME)
            .define("isolation", isolation)
            .run();
        let generated = outcome.project(NAME);
        let project = self.folder.join(NAME);
        fs::create_dir_all(&project).expect("a folder for the project");
        let files = files_in(&generated);
        for file in files_in(&project).difference(&files) {
            let path = project.join(file);
            fs::remove_file(&path)
                .or_else(|_| fs::remove_dir(&path))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
        }
        for file in files {
            let text = read(generated.join(&file));
            let path = project.join(&file);
            if fs::read_to_string(&path).is_ok_and(|there| there == text) {
                continue;
            }
            fs::create_dir_all(path.parent().expect("files lie in folders")).expect("a folder");
            fs::write(path, text).expect("a file of the project");
        }
        project
    }
}
