//! A generated project is a workspace of its own, with this one's rules.

use std::{collections::BTreeSet, path::Path};

use crate::support::{Cargo, Generation, Template, Way, read, repository, run};

fn manifest(path: &Path) -> toml::Table {
    toml::from_str(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_tables_of_the_workspace_are_alike() {
    let outcome = Generation::new(&Way::library(), Template::tracked())
        .named("hello-c8y")
        .run();
    let generated = manifest(&outcome.project("hello-c8y").join("Cargo.toml"));
    let root = manifest(&repository().join("Cargo.toml"));
    // The members are the one difference.
    for key in ["lints", "resolver"] {
        assert_eq!(
            generated["workspace"].get(key),
            root["workspace"].get(key),
            "{key} of [workspace] in template/Cargo.toml.liquid against the root's"
        );
    }
    assert_eq!(
        generated["workspace"]["members"],
        toml::Value::from(vec!["crates/*"])
    );
    for table in ["profile", "patch"] {
        assert_eq!(
            generated.get(table),
            root.get(table),
            "[{table}] in template/Cargo.toml.liquid against the root's"
        );
    }
}

#[test]
fn the_licences_of_the_crates_are_those_of_the_root() {
    for entry in repository()
        .join("template/crates")
        .read_dir()
        .expect("the crates")
    {
        let folder = entry.expect("a crate").path();
        for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
            assert_eq!(
                read(folder.join(licence)),
                read(repository().join(licence)),
                "{licence} of {}",
                folder.display()
            );
        }
    }
}

/// `cargo dev` builds the local platform, and the local platform builds the service.
#[test]
fn a_dependency_has_the_same_features_in_both_builds_of_cargo_dev() {
    let crates = |selection: &[&str]| -> BTreeSet<String> {
        let tree = ["tree", "--locked", "--offline", "--prefix", "none"];
        let shown = ["--edges", "normal,build", "--format", "{p} {f}"];
        let arguments = [&tree[..], &shown[..], selection].concat();
        let finished = run(Cargo::new().command(repository(), &arguments));
        assert!(finished.success, "cargo tree: {}", finished.output());
        let lines = finished.stdout.lines();
        lines
            .map(|line| line.trim_end_matches(" (*)").to_owned())
            .collect()
    };
    let platform = crates(&["--package", "local-platform"]);
    let all = crates(&["--workspace"]);
    let different: Vec<_> = platform.difference(&all).collect();
    assert!(
        different.is_empty(),
        "built twice, because the service gives them other features: {different:#?}"
    );
}
