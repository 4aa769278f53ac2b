//! The goals `build` and `pack`, as their users call them, on a project with a service that says
//! hello.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use packaging::{Image, Package};
use tempfile::TempDir;

use crate::engine::engine;
use crate::support::unpacked;

const DOCKER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../docker");
const MANIFEST: &str =
    r#"{"apiVersion": "2", "name": "hello", "version": "1.0.0", "provider": {"name": "Acme"}}"#;
const PACKAGE: &str = "[package]\nname = \"hello\"\nedition = \"2024\"\n\
     [[bin]]\nname = \"service\"\npath = \"src/main.rs\"\n[workspace]\n";
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"hello\"\nversion = \"0.0.0\"\n";

struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().expect("a folder"));
        for (file, content) in [
            ("Cargo.toml", PACKAGE),
            ("Cargo.lock", LOCK),
            ("cumulocity.json", MANIFEST),
            ("src/main.rs", "fn main() { println!(\"hello\") }"),
        ] {
            project.write(file, content);
        }
        for file in ["Dockerfile", "builder.Dockerfile"] {
            let content = fs::read_to_string(Path::new(DOCKER).join(file));
            project.write(&format!("docker/{file}"), &content.expect("a Dockerfile"));
        }
        project
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, content: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// The tool, which gets the variables that change what cargo makes from the test alone.
    fn tool(&self, arguments: &[&str]) -> Command {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_microservice"));
        tool.args(arguments).current_dir(self.0.path());
        for variable in ["CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_DIR", "RUSTFLAGS"] {
            tool.env_remove(variable);
        }
        tool
    }

    #[track_caller]
    fn succeeds(&self, arguments: &[&str]) -> String {
        let output = self.tool(arguments).output().expect("the tool");
        assert!(output.status.success(), "{}", stderr(&output));
        String::from_utf8(output.stdout).expect("text")
    }

    #[track_caller]
    fn fails(&self, arguments: &[&str], said: &[&str]) {
        let output = self.tool(arguments).output().expect("the tool");
        let stderr = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        for said in said {
            assert!(stderr.contains(said), "{said:?} is not in: {stderr}");
        }
    }

    /// What the tool has made, with what it is made from.
    fn made(&self) -> BTreeMap<String, Vec<u8>> {
        let folders = ["", "docker"].map(|folder| fs::read_dir(self.path(folder)));
        let entries = folders
            .into_iter()
            .flat_map(|folder| folder.expect("a folder"));
        let files = entries.map(|entry| entry.expect("a file").path());
        let files = files.filter(|path| path.is_file());
        files
            .map(|path| {
                let within = path.strip_prefix(self.0.path()).expect("a path within");
                (
                    within.display().to_string(),
                    fs::read(&path).expect("a file"),
                )
            })
            .collect()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Elsewhere the service is built in a container, with an image that has Rust in it.
fn builds_here() -> bool {
    let here = cfg!(all(target_os = "linux", target_arch = "x86_64"));
    if !here {
        let said = writeln!(std::io::stderr(), "no Linux on x86-64: nothing was built");
        said.expect("a message");
    }
    here
}

#[test]
fn pack_makes_a_package_and_makes_it_again_with_the_same_bytes() {
    if !builds_here() {
        return;
    }
    let project = Project::new();
    let said = project.succeeds(&["pack", "--tag", "1.0.0"]);
    for line in [
        "hello:1.0.0: ",
        "image.tar: ",
        "hello.zip: ",
        "sha256:",
        " MB",
    ] {
        assert!(said.contains(line), "{line:?} is not in: {said}");
    }
    let zip = File::open(project.path("hello.zip")).expect("a zip");
    let package = Package::read(zip).expect("a package");
    assert_eq!(package.manifest.name.as_deref(), Some("hello"));
    assert_eq!(package.image.tags, ["hello:1.0.0"]);
    let image = File::open(project.path("image.tar")).expect("an image");
    assert_eq!(package.image, Image::read(image).expect("an image"));

    let made = project.made();
    fs::remove_dir_all(project.path("target")).expect("what cargo made");
    project.succeeds(&["pack", "--tag", "1.0.0"]);
    assert!(made == project.made(), "the bytes differ");
}

#[test]
fn the_image_has_the_service_and_certificates_and_nothing_else() {
    if !builds_here() {
        return;
    }
    let project = Project::new();
    project.succeeds(&["pack"]);
    let tar = fs::read(project.path("image.tar")).expect("an image");
    let (config, files) = unpacked(&tar);
    let files = files.iter().map(|(path, about)| {
        let mut words = about.split(' ');
        let kind = words.by_ref().take(3).collect::<Vec<_>>().join(" ");
        format!("{path} {kind}")
    });
    assert_eq!(
        files.collect::<Vec<_>>(),
        [
            "etc Directory 755 0:0",
            "etc/ssl Directory 755 0:0",
            "etc/ssl/certs Directory 755 0:0",
            "etc/ssl/certs/ca-certificates.crt Regular 644 0:0",
            "service Regular 755 0:0",
        ]
    );
    assert_eq!(config["config"]["Entrypoint"][0], "/service");
    assert!(
        config["config"]["ExposedPorts"]["80/tcp"].is_object(),
        "{config}"
    );
}

#[test]
fn pack_with_an_engine_makes_the_same_image() {
    let Some(_) = engine().filter(|_| builds_here()) else {
        return;
    };
    let project = Project::new();
    let tag = std::process::id().to_string();
    project.succeeds(&["pack", "--tag", &tag]);
    let own = fs::read(project.path("image.tar")).expect("an image");
    project.succeeds(&["pack", "--tag", &tag, "--engine", "docker"]);
    let theirs = fs::read(project.path("image.tar")).expect("an image");
    let removed = engine().map(|it| it.output(["rmi", &format!("hello:{tag}")]).is_ok());
    assert_eq!(removed, Some(true), "the engine has the image");
    let zip = File::open(project.path("hello.zip")).expect("a zip");
    let package = Package::read(zip).expect("a package");
    assert_eq!(package.image.tags, [format!("hello:{tag}")]);
    let (own, theirs) = (unpacked(&own), unpacked(&theirs));
    assert_eq!(own.1, theirs.1);
    assert_eq!(
        own.0["config"]["Entrypoint"],
        theirs.0["config"]["Entrypoint"]
    );
}

#[test]
fn flags_of_the_user_stay_in_force_beside_the_tools_own() {
    if !builds_here() {
        return;
    }
    let source = "#[cfg(not(wanted))] compile_error!(\"the flag is lost\"); fn main() {}";
    for (variable, value) in [
        ("RUSTFLAGS", "--cfg wanted"),
        ("CARGO_ENCODED_RUSTFLAGS", "--cfg\u{1f}wanted"),
        ("CARGO_BUILD_RUSTFLAGS", "--cfg wanted"),
    ] {
        let project = Project::new();
        project.write("src/main.rs", source);
        let tool = project.tool(&["build"]).env(variable, value).output();
        let output = tool.expect("the tool");
        assert!(output.status.success(), "{variable}: {}", stderr(&output));
    }
    let project = Project::new();
    project.write("src/main.rs", source);
    project.write(
        ".cargo/config.toml",
        "[build]\nrustflags = [\"--cfg=wanted\"]",
    );
    project.succeeds(&["build"]);
}

/// Puts a program that loads libraries in place of what it links.
const LINKER: &str =
    "#!/bin/sh\nwhile [ $# -gt 0 ]; do\n[ \"$1\" = -o ] && cp \"$PROGRAM\" \"$2\"\nshift\ndone\n";

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))]
fn a_service_that_loads_libraries_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new();
    project.write("linker", LINKER);
    let linker = project.path("linker");
    fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).expect("its mode");
    let mut tool = project.tool(&["build"]);
    let own = std::env::current_exe().expect("this program");
    tool.env("PROGRAM", own)
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", linker);
    let output = tool.output().expect("the tool");
    let stderr = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("the service is not static"), "{stderr}");
    assert!(!project.path("docker/service").exists());
}

#[test]
fn a_failure_leaves_what_was_made_before() {
    if !builds_here() {
        return;
    }
    let project = Project::new();
    project.succeeds(&["pack"]);
    project.write("src/main.rs", "fn main() { nothing }");
    let made = project.made();
    project.fails(
        &["pack"],
        &["the service was not built", "docker/ is as it was"],
    );
    assert!(made == project.made(), "something has changed");

    project.write("src/main.rs", "fn main() {}");
    project.write("docker/Dockerfile", "FROM scratch\nRUN true\n");
    let former = fs::read(project.path("hello.zip")).expect("a zip");
    project.fails(
        &["pack"],
        &["Dockerfile, line 2: RUN takes", "--engine docker"],
    );
    assert!(former == fs::read(project.path("hello.zip")).expect("a zip"));
    let left = project
        .made()
        .into_keys()
        .find(|path| path.contains(".tmp"));
    assert_eq!(left, None, "nothing is left beside");
}

#[test]
fn an_engine_that_does_not_answer_is_named_with_the_way_without_it() {
    let said = [
        "no-such-engine cannot be started",
        "without --engine, pack needs none",
    ];
    Project::new().fails(&["pack", "--engine", "no-such-engine"], &said);
    let said = [
        "needs a container engine",
        "no-such-engine cannot be started",
    ];
    let arguments = ["build", "--in-container", "--engine", "no-such-engine"];
    Project::new().fails(&arguments, &said);
}

#[test]
fn a_name_that_no_image_can_have_is_refused_before_anything_is_built() {
    let project = Project::new();
    project.fails(
        &["pack", "--name", "Hello World"],
        &["\"Hello World:latest\" is no name"],
    );
    project.fails(
        &["pack", "--tag", "1.0.0+7"],
        &["\"hello:1.0.0+7\" is no name"],
    );
    assert!(!project.path("docker/service").exists());
}

#[test]
fn a_project_without_a_service_says_what_is_missing() {
    let project = Project::new();
    project.write("Cargo.toml", &PACKAGE.replace("\"service\"", "\"server\""));
    project.fails(&["build"], &["has a program `service`", "[[bin]]"]);
    project.write("Cargo.toml", "[package");
    project.fails(&["build"], &["cargo metadata failed"]);
}
