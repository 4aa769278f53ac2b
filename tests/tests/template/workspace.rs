//! A generated project is a workspace of its own, with this one's rules.

use std::path::Path;

use crate::support::{Generation, Template, Way, read, repository};

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
