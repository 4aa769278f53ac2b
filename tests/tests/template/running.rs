//! A new project builds, passes its own tests and lints, and answers.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use crate::support::{Cargo, Dev, Generation, Template, Way, files_in, lock, read};

const NAME: &str = "hello-c8y";

#[test]
fn a_multi_tenant_project_builds_passes_its_checks_and_answers() {
    builds_passes_its_checks_and_answers("MULTI_TENANT", 4);
}

#[test]
fn a_per_tenant_project_builds_passes_its_checks_and_answers() {
    builds_passes_its_checks_and_answers("PER_TENANT", 1);
}

#[track_caller]
fn builds_passes_its_checks_and_answers(isolation: &str, tenants: u64) {
    let workshop = Workshop::enter();
    let project = workshop.lay_out(isolation);
    let cargo = Cargo::new();
    cargo.must(&project, &["build", "--locked"]);
    cargo.must(&project, &["test", "--locked"]);
    cargo.must(&project, &["fmt", "--check"]);
    let clippy = [
        "clippy",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    cargo.must(&project, &clippy);

    let mut dev = Dev::start(&cargo, &project);
    let call = dev.line("curl");
    let (status, body) = Call::parse(&call).make();
    let answer = format!("{status} {body}\nto: {call}\ncargo dev:\n{}", dev.output());
    assert_eq!(status, 200, "{answer}");
    let body: Value = serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {answer}"));
    assert_eq!(body["created"], tenants, "{answer}");
    assert_eq!(body["failed"], 0, "{answer}");

    let status = dev.terminate();
    assert_eq!(status.code(), Some(0), "after SIGTERM:\n{}", dev.output());
    assert_eq!(
        running_from(cargo.target()),
        [""; 0],
        "left by cargo dev:\n{}",
        dev.output()
    );
}

/// The one folder in which projects are built, so that a second build finds what the first has
/// made. It is held by one test at a time, also of another run.
struct Workshop {
    folder: PathBuf,
    _lock: File,
}

impl Workshop {
    fn enter() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("project");
        let lock = lock(&folder);
        Self {
            folder,
            _lock: lock,
        }
    }

    /// Generates a project outside and lays it here. What is the same stays untouched, so cargo
    /// takes it for built.
    fn lay_out(&self, isolation: &str) -> PathBuf {
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

/// Programs that still run out of this folder (on Linux; elsewhere none are found).
fn running_from(folder: &Path) -> Vec<String> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .filter_map(|process| fs::read_link(process.ok()?.path().join("exe")).ok())
        .filter(|program| program.starts_with(folder))
        .map(|program| program.display().to_string())
        .collect()
}

/// The call that `cargo dev` prints, made without curl, which not every machine has.
struct Call {
    method: String,
    address: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Call {
    #[track_caller]
    fn parse(line: &str) -> Self {
        let words = shlex::split(line).unwrap_or_else(|| panic!("no command: {line}"));
        let mut call = Self {
            method: "GET".to_owned(),
            address: String::new(),
            headers: Vec::new(),
            body: String::new(),
        };
        let mut words = words.into_iter().skip(1);
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .unwrap_or_else(|| panic!("{word} lacks its value: {line}"))
            };
            match word.as_str() {
                "-X" | "--request" => call.method = value(),
                "-u" | "--user" => {
                    let credentials = format!("Basic {}", BASE64_STANDARD.encode(value()));
                    call.headers.push(("Authorization".to_owned(), credentials));
                }
                "-H" | "--header" => {
                    let header = value();
                    let (name, value) = header
                        .split_once(':')
                        .unwrap_or_else(|| panic!("{header} is no header: {line}"));
                    call.headers
                        .push((name.to_owned(), value.trim().to_owned()));
                }
                "-d" | "--data" => call.body = value(),
                _ if word.starts_with("http") => call.address = word,
                _ => assert!(word.starts_with('-'), "what is {word} in {line}"),
            }
        }
        call
    }

    /// Status and body of the answer.
    #[track_caller]
    fn make(&self) -> (u16, String) {
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(Duration::from_mins(1)))
                .build(),
        );
        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(&self.address);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(self.body.clone())
            .unwrap_or_else(|error| panic!("{}: {error}", self.address));
        let mut response = agent
            .run(request)
            .unwrap_or_else(|error| panic!("{}: {error}", self.address));
        let body = response.body_mut().read_to_string().expect("a text");
        (response.status().as_u16(), body)
    }
}
