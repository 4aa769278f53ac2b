//! What is built of what: no `unsafe` of our own, and releases with the dependencies of the lock file.

use std::{collections::BTreeSet, path::Path};

use crate::support::{Template, read, repository};

/// A program that tests compile with rustc alone, and run in a container: the standard library
/// knows no signals.
const WITHOUT_A_CRATE: &str = "template/crates/local-platform/tests/platform/containers/service.rs";

/// Where the service is built for others, the tool that does it, and what is run before it.
const RELEASES: [&str; 5] = [
    ".cargo/config.toml",
    "docker/builder.Dockerfile",
    "scripts/microservice",
    "template/.github/workflows/ci.yml",
    "template/crates/packaging/src/program/build/cargo.rs",
];

fn tracked(extension: &str) -> impl Iterator<Item = &'static String> {
    let files = Template::tracked().files().iter();
    files.filter(move |file| Path::new(file).extension() == Some(extension.as_ref()))
}

fn toml(file: &str) -> toml::Table {
    let text = read(repository().join(file));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn every_crate_forbids_unsafe_code() {
    let manifests = tracked("toml").filter(|file| file.ends_with("Cargo.toml"));
    let (mut crates, mut workspaces) = (BTreeSet::new(), BTreeSet::new());
    for file in manifests {
        let manifest = toml(file);
        if manifest.contains_key("package") {
            let lints = manifest.get("lints").and_then(|it| it.get("workspace"));
            assert_eq!(lints, Some(&true.into()), "[lints] of {file}");
            crates.insert(file.as_str());
        }
        if let Some(workspace) = manifest.get("workspace") {
            let unsafe_code = &workspace["lints"]["rust"]["unsafe_code"];
            assert_eq!(unsafe_code.as_str(), Some("forbid"), "{file}");
            workspaces.insert(file.as_str());
        }
    }
    assert!(crates.contains("template/Cargo.toml"), "{crates:?}");
    let own = ["Cargo.toml", "reliability/fuzz/Cargo.toml"];
    assert_eq!(
        workspaces,
        own.into(),
        "the generated project's is compared elsewhere"
    );
}

/// What a lint says of a crate may be said otherwise in its sources.
#[test]
fn no_source_has_unsafe_code_or_allows_it() {
    for file in tracked("rs").filter(|file| *file != WITHOUT_A_CRATE) {
        let source = read(repository().join(file));
        for (number, line) in source.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let words: Vec<_> = code
                .split(|it: char| !it.is_alphanumeric() && it != '_')
                .collect();
            // In this test they stand between quotes.
            let has = |word: &str| words.contains(&word) && !code.contains('"');
            assert!(
                !has("unsafe") && !has("unsafe_code"),
                "{file}, line {}: {line}",
                number + 1
            );
        }
    }
}

/// Also the tool is run with it: cargo would else bring the lock file up to date in passing, and the
/// release would be locked to what nobody has seen.
#[test]
fn a_release_is_built_with_the_dependencies_of_the_lock_file() {
    const CALLS: [&str; 5] = [
        "cargo run ",
        "cargo rustc ",
        "cargo clippy ",
        "cargo test ",
        "\"rustc\"",
    ];
    for file in RELEASES {
        let text = read(repository().join(file));
        let alias = |line: &&str| line.starts_with("microservice = ");
        let is_call = |line: &&str| CALLS.iter().any(|call| line.contains(call)) || alias(line);
        let calls: Vec<_> = text.lines().filter(is_call).collect();
        assert!(!calls.is_empty(), "cargo is not called in {file}:\n{text}");
        for call in calls {
            assert!(call.contains("--locked"), "{file}: {call}");
        }
    }
}

/// So whatever `deny.toml` says of this repository's dependencies holds for a project's.
#[test]
fn what_a_project_is_built_of_is_in_the_lock_file_of_this_repository() {
    let packages = |file: &str| -> BTreeSet<String> {
        let lock = toml(file);
        let all = lock["package"].as_array().expect("packages").iter();
        let foreign = all.filter(|package| package.get("source").is_some());
        foreign
            .map(|it| format!("{} {} {}", it["name"], it["version"], it["checksum"]))
            .collect()
    };
    let here = packages("Cargo.lock");
    let project = packages("template/Cargo.lock.liquid");
    assert!(project.len() > 100, "{project:?}");
    let others: Vec<_> = project.difference(&here).collect();
    assert!(others.is_empty(), "{others:#?}");
}
