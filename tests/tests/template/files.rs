//! What lies in a new project, and what does not.

use std::{collections::BTreeSet, path::Path};

use crate::support::{Generation, Template, Way, files_in, read};

/// Files that every project has, however the service and the crates change.
const FIXED: [(&str, &str); 12] = [
    (".cargo/config.toml", ".cargo/config.toml"),
    (".vscode/settings.json", ".vscode/settings.json"),
    ("cumulocity.json.liquid", "cumulocity.json"),
    ("cumulocity.schema.json", "cumulocity.schema.json"),
    ("docker/Dockerfile", "docker/Dockerfile"),
    ("docker/builder.Dockerfile", "docker/builder.Dockerfile"),
    ("scripts/microservice", "scripts/microservice"),
    (
        "template/.github/workflows/ci.yml",
        ".github/workflows/ci.yml",
    ),
    ("template/.gitignore", ".gitignore"),
    ("template/Cargo.lock.liquid", "Cargo.lock"),
    ("template/Cargo.toml.liquid", "Cargo.toml"),
    ("template/README.md.liquid", "README.md"),
];

const IN_A_CRATE: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// The files of a project made of these files.
fn expected(tracked: &BTreeSet<String>) -> BTreeSet<String> {
    let is_rust = |path: &str| Path::new(path).extension() == Some("rs".as_ref());
    let moved = tracked.iter().filter_map(|file| {
        let file = file.strip_prefix("template/")?;
        let parts: Vec<_> = file.split('/').collect();
        let kept = match parts[..] {
            ["src" | "tests", .., last] | ["crates", _, "src", .., last] => is_rust(last),
            ["crates", _, "examples", .., last] => is_rust(last) || last == "cumulocity.json",
            ["crates", _, last] => IN_A_CRATE.contains(&last),
            _ => false,
        };
        kept.then(|| file.to_owned())
    });
    let fixed = FIXED.map(|(_, file)| file.to_owned());
    moved.chain(fixed).collect()
}

#[track_caller]
fn assert_same_files(way: &Way, expected: &BTreeSet<String>, seen: &BTreeSet<String>) {
    let missing: Vec<_> = expected.difference(seen).collect();
    let surplus: Vec<_> = seen.difference(expected).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "{way}\n  missing: {missing:?}\n  surplus: {surplus:?}"
    );
}

#[test]
fn the_template_has_what_every_project_needs() {
    let tracked = Template::tracked().files();
    let crates = ["c8y-microservice", "local-platform", "packaging"];
    let in_crates = crates.iter().flat_map(|name| {
        IN_A_CRATE
            .into_iter()
            .chain(["src/lib.rs"])
            .map(move |file| format!("template/crates/{name}/{file}"))
    });
    let missing: Vec<_> = FIXED
        .iter()
        .map(|(file, _)| (*file).to_owned())
        .chain(["template/src/main.rs".to_owned()])
        .chain(in_crates)
        .filter(|file| !tracked.contains(file))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn a_project_has_exactly_the_files_listed() {
    let expected = expected(Template::tracked().files());
    for way in Way::all() {
        for isolation in ["MULTI_TENANT", "PER_TENANT"] {
            let outcome = Generation::new(&way, Template::tracked())
                .named("hello-c8y")
                .define("isolation", isolation)
                .run();
            assert_same_files(&way, &expected, &files_in(&outcome.project("hello-c8y")));
        }
    }
}

#[test]
fn stray_files_do_not_get_in() {
    let template = Template::copy();
    for file in [
        ".cargo/credentials.toml",
        ".ci/run",
        ".env",
        ".github/workflows/own.yml",
        ".idea/workspace.xml",
        ".vscode/launch.json",
        "bench/src/main.rs",
        "docker/ca-certificates.crt",
        "docker/service",
        "hello-c8y.zip",
        "image.tar",
        "notes.txt",
        "src/main.rs",
        "target/CACHEDIR.TAG",
        "target/debug/service",
        "template/.env",
        "template/.github/CODEOWNERS",
        "template/.github/workflows/.env",
        "template/.vscode/settings.json",
        "template/crates/README.md",
        "template/crates/old/target/debug/old",
        "template/crates/packaging/.env",
        "template/crates/packaging/examples/example.json",
        "template/crates/packaging/src/.env",
        "template/crates/packaging/src/lib.rs.orig",
        "template/crates/packaging/target/debug/x.rs",
        "template/crates/packaging/tests/check.rs",
        "template/docs/notes.rs",
        "template/src/.env",
        "template/src/deep/down/.env",
        "template/src/main.rs~",
        "template/target/debug/x.rs",
        "template/tests/data/password.txt",
    ] {
        template.stray(file, "PASSWORD=secret");
    }
    let expected = expected(template.files());
    for way in Way::from_folder() {
        let outcome = Generation::new(&way, &template).named("hello-c8y").run();
        assert_same_files(&way, &expected, &files_in(&outcome.project("hello-c8y")));
    }
}

#[test]
fn a_project_has_no_trace_of_this_repository() {
    for way in Way::all() {
        let outcome = Generation::new(&way, Template::tracked())
            .named("hello-c8y")
            .run();
        let project = outcome.project("hello-c8y");
        for file in files_in(&project) {
            let text = read(project.join(&file));
            for (number, line) in text.lines().enumerate() {
                if let Some(trace) = trace(&file, line) {
                    panic!("{way}: {trace:?} in {file}, line {}: {line}", number + 1);
                }
            }
        }
    }
}

/// What in this line tells where the project comes from, or was meant to be rendered.
fn trace(file: &str, line: &str) -> Option<&'static str> {
    const NAMES: [&str; 5] = [
        "c8y-starter",
        "c8y_starter",
        "template-tests",
        "cargo-generate",
        "cargo generate",
    ];
    const PLACEHOLDERS: [&str; 7] = [
        "project-name",
        "crate_name",
        "provider_name",
        "provider_domain",
        "provider_support",
        "{% unless",
        "{% if",
    ];
    // Braces are Rust's own in `.rs` files, and GitHub's own after a dollar sign.
    const BRACES: [&str; 2] = ["{{", "{%"];
    let is_rust = Path::new(file).extension() == Some("rs".as_ref());
    let forbidden: &[&str] = if is_rust { &PLACEHOLDERS } else { &BRACES };
    let line = line.replace("${{", "");
    NAMES
        .iter()
        .chain(forbidden)
        .find(|text| line.contains(**text))
        .copied()
}

#[test]
fn githubs_own_braces_survive() {
    for way in Way::all() {
        let outcome = Generation::new(&way, Template::tracked())
            .named("hello-c8y")
            .run();
        let workflow = ".github/workflows/ci.yml";
        assert_eq!(
            read(outcome.project("hello-c8y").join(workflow)),
            read(Template::tracked().path().join("template").join(workflow)),
            "{way}"
        );
    }
}

#[test]
#[cfg(unix)]
fn the_tool_can_be_called_as_it_is() {
    use std::os::unix::fs::PermissionsExt;

    for way in Way::all() {
        let outcome = Generation::new(&way, Template::tracked())
            .named("hello-c8y")
            .run();
        let script = outcome.project("hello-c8y").join("scripts/microservice");
        let mode = script.metadata().expect("the script").permissions().mode();
        assert_eq!(mode & 0o111, 0o111, "{way}: {mode:o}");
    }
}
