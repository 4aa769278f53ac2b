//! The lock file of a new project: this workspace's, pruned to what the project reaches.

use std::{collections::BTreeSet, fs, path::Path};

use crate::support::{
    Cargo, Generation, Template, Way, assert_same_text, is_update, read, reference_name, repository,
};

const UPDATE: &str = "to rebuild it: UPDATE=1 cargo test -p template-tests up_to_date";

/// Lets cargo prune the lock file, in a generated project.
fn pruned() -> String {
    let name = reference_name();
    let outcome = Generation::new(&Way::library(), Template::tracked())
        .named(&name)
        .run();
    let project = outcome.project(&name);
    let lock = project.join("Cargo.lock");
    fs::copy(repository().join("Cargo.lock"), &lock).expect("the lock file of the root");
    Cargo::new().must(&project, &["update", "--workspace", "--quiet"]);
    read(lock)
}

/// Names of this form alone can be a project's; see `hooks/name.rhai`.
fn can_be_a_project(name: &str) -> bool {
    name.len() <= 23
        && name
            .chars()
            .all(|character| matches!(character, 'a'..='z' | '0'..='9' | '-'))
}

fn dependencies(lock: &str) -> String {
    let lock: toml::Table = toml::from_str(lock).expect("Cargo.lock is TOML");
    let names: BTreeSet<_> = lock["package"]
        .as_array()
        .expect("Cargo.lock lists packages")
        .iter()
        .filter(|package| package.get("source").is_some())
        .filter_map(|package| package["name"].as_str())
        .filter(|name| can_be_a_project(name))
        .map(|name| format!("        \"{name}\",\n"))
        .collect();
    format!(
        "// The crates in a new project's Cargo.lock. Written by the tests; to rebuild it:\n\
         // UPDATE=1 cargo test -p template-tests up_to_date\n\
         fn names() {{\n    [\n{}    ]\n}}\n",
        Vec::from_iter(names).concat()
    )
}

#[track_caller]
fn assert_up_to_date(file: &str, text: &str) {
    let file = Path::new(file);
    if is_update() {
        fs::write(repository().join(file), text).expect("the file can be written");
        return;
    }
    assert_same_text(
        &format!("{} is out of date; {UPDATE}", file.display()),
        text,
        &read(repository().join(file)),
    );
}

#[test]
fn the_lock_file_is_up_to_date() {
    let name = format!("name = \"{}\"", reference_name());
    let lock = pruned().replace(&name, "name = \"{{project-name}}\"");
    assert_up_to_date("template/Cargo.lock.liquid", &lock);
}

#[test]
fn the_names_of_the_dependencies_are_up_to_date() {
    assert_up_to_date("hooks/dependencies.rhai", &dependencies(&pruned()));
}

#[test]
fn this_repositorys_own_packages_are_not_in_the_lock_file() {
    let lock = read(repository().join("template/Cargo.lock.liquid"));
    for package in ["bench", "template-tests", "cargo-generate"] {
        let named = format!("name = \"{package}\"");
        assert!(!lock.contains(&named), "{package} is in Cargo.lock.liquid");
    }
}
