//! A project of its own for each test, a platform to deploy it to, and calls of the program that say
//! what they saw.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Cursor, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use local_platform::{ADMIN, LocalPlatform, Manifest, OWNER, PASSWORD};
use packaging::{Image, Package};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_microservice");

/// How long anything that a test waits for may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The manifest of the application `hello`.
pub(crate) fn manifest(version: &str) -> Value {
    json!({
        "apiVersion": "2", "name": "hello", "version": version, "provider": {"name": "Example"},
        "requiredRoles": ["ROLE_ALARM_READ"], "roles": ["ROLE_HELLO_CREATE"],
    })
}

/// A platform that knows nothing of `hello`.
pub(crate) fn platform() -> LocalPlatform {
    LocalPlatform::start().expect("a platform on a free port")
}

/// A platform that has the application of a manifest, with nothing uploaded.
pub(crate) fn platform_with(manifest: &Value) -> LocalPlatform {
    let manifest = Manifest::from_value(manifest.clone()).expect("a manifest");
    let platform = LocalPlatform::builder()
        .manifest(manifest)
        .replicas(2)
        .start();
    platform.expect("a platform on a free port")
}

/// What the platform answers its owner's administrator.
pub(crate) fn get(platform: &LocalPlatform, path: &str) -> Value {
    let credentials = "Basic dDEwMC9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==";
    let request = ureq::get(format!("{}{path}", platform.url()));
    let mut answer = request
        .header("authorization", credentials)
        .call()
        .expect(path);
    answer.body_mut().read_json().expect("JSON")
}

/// The applications `hello` of the platform.
pub(crate) fn applications(platform: &LocalPlatform) -> Vec<Value> {
    let found = get(platform, "/application/applications?name=hello");
    found["applications"].as_array().expect("a list").clone()
}

/// A folder with a manifest, outside of any other project.
pub(crate) struct Project(TempDir);

impl Project {
    pub(crate) fn new() -> Self {
        Self::of(&manifest("1.0.0"))
    }

    pub(crate) fn of(manifest: &Value) -> Self {
        let project = Self::empty();
        project.write("cumulocity.json", &manifest.to_string());
        project
    }

    pub(crate) fn empty() -> Self {
        Self(TempDir::new().expect("a folder for temporary files"))
    }

    /// A project that is packed.
    pub(crate) fn packed(version: &str) -> Self {
        let project = Self::of(&manifest(version));
        project.pack(version);
        project
    }

    /// Packs a file that does not compress well, so that an upload takes its time.
    pub(crate) fn pack(&self, version: &str) {
        self.write(
            "docker/Dockerfile",
            "FROM scratch\nCOPY service /service\nENTRYPOINT [\"/service\"]\n",
        );
        let mut state = 1_u32;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        });
        let noise: Vec<u8> = noise.take(3_000_000).collect();
        fs::write(self.path("docker/service"), noise).expect("a file");
        let mut image = Vec::new();
        Image::write(&self.path("docker"), "hello:latest", &mut image).expect("an image");
        let zip = File::create(self.path("hello.zip")).expect("a file");
        let manifest = manifest(version).to_string();
        Package::write(&manifest, Cursor::new(image), zip).expect("a package");
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect(name)
    }

    /// A call of the program in this folder, with nothing of the test's own environment that it
    /// would use.
    pub(crate) fn call(&self, line: &str) -> Call {
        self.call_with(line.split_whitespace())
    }

    pub(crate) fn call_with<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Call {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear();
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
        ] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Call(command)
    }

    /// The same as the administrator of the platform's owner.
    pub(crate) fn on(&self, platform: &LocalPlatform, line: &str) -> Call {
        self.call(line)
            .env("C8Y_BASEURL", &platform.url())
            .env("C8Y_TENANT", OWNER)
            .env("C8Y_USER", ADMIN)
            .env("C8Y_PASSWORD", PASSWORD)
    }
}

/// A call of the program that is not made yet.
pub(crate) struct Call(Command);

impl Call {
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.env_remove(name);
        self
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.0.current_dir(folder);
        self
    }

    pub(crate) fn start(mut self) -> Child {
        self.0.spawn().expect("the program")
    }

    /// Calls the program and waits for its end. It never prints the password.
    #[track_caller]
    pub(crate) fn end(mut self) -> Outcome {
        let outcome = Outcome(self.0.output().expect("the program"));
        let said = format!("{outcome}");
        assert!(!said.contains(PASSWORD), "the password: {said}");
        outcome
    }

    /// What a call prints that succeeds without a word of warning.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        let outcome = self.end();
        assert!(
            outcome.0.status.success() && outcome.stderr().is_empty(),
            "{outcome}"
        );
        outcome.stdout()
    }

    /// What a call says that fails.
    #[track_caller]
    pub(crate) fn fails(self) -> String {
        self.ends_with(1)
    }

    /// What a call says whose usage is wrong.
    #[track_caller]
    pub(crate) fn has_wrong_usage(self) -> String {
        self.ends_with(2)
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> String {
        let outcome = self.end();
        assert_eq!(outcome.0.status.code(), Some(code), "{outcome}");
        assert!(outcome.stderr().contains("error: "), "{outcome}");
        outcome.stderr()
    }
}

/// How a call ended.
pub(crate) struct Outcome(pub(crate) Output);

impl Outcome {
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (status, stdout, stderr) = (self.0.status, self.stdout(), self.stderr());
        write!(f, "{status}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}

#[track_caller]
pub(crate) fn assert_says(text: &str, expected: &[&str]) {
    for expected in expected {
        assert!(text.contains(expected), "no {expected:?} in:\n{text}");
    }
}

/// Waits until something is so, and fails with what it saw last.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(seen) => assert!(Instant::now() < deadline, "not seen: {what}; last: {seen}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A server that gives every request this answer, until the test process ends.
pub(crate) fn server(answer: String) -> SocketAddr {
    recording_server(answer).0
}

/// The same, which tells the heads of the requests, in small letters.
pub(crate) fn recording_server(answer: String) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    let (sender, heads) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a connection"));
            let head = head(&mut stream);
            let length = head
                .split_once("content-length: ")
                .and_then(|(_, rest)| rest.lines().next());
            let length: u64 = length.map_or(0, |length| length.parse().expect("a number"));
            let read = io::copy(&mut stream.by_ref().take(length), &mut io::sink());
            assert_eq!(read.expect("a body"), length);
            stream
                .get_mut()
                .write_all(answer.as_bytes())
                .expect("a reader");
            // Nobody may want to know.
            let _ = sender.send(head);
        }
    });
    (address, heads)
}

fn head(stream: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let read = stream.read_line(&mut head).expect("a request");
        assert_ne!(read, 0, "{head}");
    }
    head.to_ascii_lowercase()
}
