use std::process::Command;

use super::*;

const FILES: [(&str, &str); 15] = [
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"bench\", \"hello\", \"hello/crates/*\"]\nresolver = \"3\"\n",
    ),
    (
        "bench/Cargo.toml",
        "[package]\nname = \"bench\"\nedition = \"2024\"\n",
    ),
    ("bench/src/main.rs", "does not compile"),
    ("docker/service", "a program"),
    (
        "hello/Cargo.toml",
        "[package]\nname = \"hello\"\nedition = \"2024\"\n[[bin]]\nname = \"service\"\npath = \"src/main.rs\"\n[dependencies]\nsdk = { path = \"crates/sdk\" }\n[dev-dependencies]\nplatform = { path = \"crates/platform\" }\n",
    ),
    ("hello/.env", "PASSWORD=secret"),
    ("hello/assets/text", "text"),
    ("hello/hello.zip", "a zip"),
    (
        "hello/src/main.rs",
        "fn main() { print!(\"{} {}\", sdk::NAME, include_str!(\"../assets/text\")) }",
    ),
    ("hello/tests/service.rs", "#[test] fn test() {}"),
    (
        "hello/crates/sdk/Cargo.toml",
        "[package]\nname = \"sdk\"\nedition = \"2024\"\n",
    ),
    (
        "hello/crates/sdk/src/lib.rs",
        "pub const NAME: &str = \"sdk\";",
    ),
    (
        "hello/crates/platform/Cargo.toml",
        "[package]\nname = \"platform\"\nedition = \"2024\"\n",
    ),
    ("hello/crates/platform/src/lib.rs", "does not compile"),
    ("hello/target/debug/service", "a program"),
];

fn cargo(folder: &Path, arguments: &[&str]) -> String {
    let mut cargo: Command = cargo::command();
    let cargo = cargo
        .args(arguments)
        .env("CARGO_TARGET_DIR", folder.join("target"));
    let output = cargo.current_dir(folder).output().expect("cargo");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

fn listing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let within = path.strip_prefix(folder).expect("a path within");
                found.push(within.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_builder_gets_what_cargo_needs_and_nothing_else() {
    let (project, context) = (tempfile::tempdir(), tempfile::tempdir());
    let (project, context) = (project.expect("a folder"), context.expect("a folder"));
    for (file, content) in FILES {
        let path = project.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    cargo(project.path(), &["generate-lockfile", "--offline"]);
    let workspace = Workspace::of(project.path());
    let workspace = workspace.unwrap_or_else(|error| panic!("{error}"));
    lay_out(&workspace, context.path()).unwrap_or_else(|error| panic!("{error}"));

    let (base, sources) = (
        context.path().join("workspace"),
        context.path().join("sources"),
    );
    let mine = [
        "hello/Cargo.toml",
        "hello/src/main.rs",
        "hello/tests/service.rs",
    ];
    let others = [
        "Cargo.lock",
        "Cargo.toml",
        "bench/Cargo.toml",
        "bench/src/main.rs",
        "hello/crates/platform/Cargo.toml",
        "hello/crates/platform/src/lib.rs",
        "hello/crates/sdk/Cargo.toml",
        "hello/crates/sdk/src/lib.rs",
    ];
    let mut expected = [&mine[..], &others[..]].concat();
    expected.sort_unstable();
    assert_eq!(listing(&base), expected);
    let mut expected = [&mine[..], &["hello/assets/text"]].concat();
    expected.sort_unstable();
    assert_eq!(listing(&sources), expected);

    // As the builder does it: the stand-in first, then the service.
    let run = [
        "run",
        "--quiet",
        "--offline",
        "--locked",
        "--bin",
        "service",
    ];
    assert_eq!(cargo(&base, &run), "");
    for file in listing(&sources) {
        let to = base.join(&file);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(sources.join(&file), to).expect("a copy");
    }
    cargo(&base, &["clean", "--quiet", "--package", "hello"]);
    assert_eq!(cargo(&base, &run), "sdk text");
}

#[test]
fn a_package_that_the_container_does_not_get_is_named() {
    let (project, other) = (tempfile::tempdir(), tempfile::tempdir());
    let (project, other) = (project.expect("a folder"), other.expect("a folder"));
    let package = "[package]\nname = \"other\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n";
    for (folder, file, content) in [
        (
            &project,
            "Cargo.toml",
            &format!(
                "[package]\nname = \"hello\"\nedition = \"2024\"\n[[bin]]\nname = \"service\"\n\
             path = \"main.rs\"\n[workspace]\n[dependencies]\nother = {{ path = {:?} }}\n",
                other.path()
            ),
        ),
        (&project, "main.rs", &"fn main() {}".to_owned()),
        (&other, "Cargo.toml", &package.to_owned()),
        (&other, "lib.rs", &String::new()),
    ] {
        fs::write(folder.path().join(file), content).expect("a file");
    }
    let workspace = Workspace::of(project.path());
    let workspace = workspace.unwrap_or_else(|error| panic!("{error}"));
    let error = workspace.needed().err().expect("a package outside");
    assert!(error.to_string().contains("move it there"), "{error}");
}
