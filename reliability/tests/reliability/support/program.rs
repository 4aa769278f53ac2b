//! The service's program.

use reliability::repository;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The program of `template`, built as this test is.
pub(crate) fn service_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let profile = if cfg!(debug_assertions) {
            "dev"
        } else {
            "release"
        };
        let mut cargo = Command::new(env!("CARGO"));
        let build = ["build", "--locked", "--quiet", "--bin", "service"];
        cargo.args(build).args(["--profile", profile]);
        cargo.current_dir(repository());
        // What cargo says to a test is about the test's own package, and would have others built again.
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                cargo.env_remove(name);
            }
        }
        let status = cargo.status().expect("cargo runs");
        assert!(status.success(), "the service could not be built: {status}");
        let test = env::current_exe().expect("this test is a file");
        let folder = test
            .ancestors()
            .nth(2)
            .expect("it lies in target/PROFILE/deps");
        folder.join("service")
    })
}
