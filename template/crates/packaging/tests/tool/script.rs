//! `scripts/microservice`, under the shells that there are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Project;

const ODD: [&str; 4] = ["pack", "a b", "", "$HOME'\"*"];

/// The script's folder; it stands beside `crates/`, or beside the folder that holds it.
fn root() -> PathBuf {
    let mut folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let root = folders.find(|it| it.join("scripts/microservice").is_file());
    root.expect("a folder with the script").to_owned()
}

/// A `cargo` that prints its arguments, each on a line.
fn cargo() -> Project {
    let folder = Project::empty();
    folder.write("cargo", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path("cargo"), mode).expect("a file");
    folder
}

#[test]
fn it_starts_the_program_of_its_project_from_any_folder_under_any_shell() {
    let (root, cargo) = (root(), cargo());
    let path = format!(
        "{}:{}",
        cargo.folder().display(),
        std::env::var("PATH").expect("a path")
    );
    let expected = format!(
        "run --quiet --locked --manifest-path {}/Cargo.toml --package packaging --features tool --bin microservice --",
        root.display()
    );
    for shell in [&["sh"][..], &["dash"], &["busybox", "sh"]] {
        let mut command = Command::new(shell[0]);
        command
            .args(&shell[1..])
            .arg(root.join("scripts/microservice"))
            .args(ODD);
        let Ok(output) = command.env("PATH", &path).current_dir("/").output() else {
            println!("skipped: there is no {}", shell[0]);
            continue;
        };
        let seen = String::from_utf8_lossy(&output.stdout).into_owned();
        let expected: Vec<&str> = expected.split(' ').chain(ODD).collect();
        assert_eq!(
            seen.lines().collect::<Vec<_>>(),
            expected,
            "{shell:?}: {output:?}"
        );
    }
}

#[test]
fn it_can_be_called_as_it_is() {
    let mode = fs::metadata(root().join("scripts/microservice"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0o111, "{mode:o}");
}
