//! Images in a container engine: those that it saves are read, and those that are written without
//! it are loaded, run, and are the same. Where no Docker engine answers, the tests say so.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use packaging::{Engine, Image};
use serde_json::{Value, json};

use crate::support::unpacked;
use crate::write::{context, write};

pub(crate) fn engine() -> Option<Engine> {
    let engine = Engine::docker();
    if let Err(error) = &engine {
        let mut out = std::io::stderr();
        writeln!(
            out,
            "no Docker engine answers, nothing was tried with one: {error}"
        )
        .expect("a message");
    }
    engine.ok()
}

/// An image of the engine, which is gone after the test.
struct Built<'a> {
    engine: &'a Engine,
    tag: String,
}

impl<'a> Built<'a> {
    fn named(engine: &'a Engine) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let tag = format!("image-test-{}-{number}:1.0.0", std::process::id());
        Self { engine, tag }
    }

    #[track_caller]
    fn build(engine: &'a Engine, folder: &Path) -> Self {
        let image = Self::named(engine);
        let build = ["build", "--quiet", "--platform", "linux/amd64", "--tag"];
        let mut build = engine.command(build);
        let done = build.arg(&image.tag).arg(folder).output().expect("docker");
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        image
    }

    fn save(&self) -> Vec<u8> {
        let mut save = self.engine.command(["save", &self.tag]);
        let done = save.stderr(Stdio::inherit()).output().expect("docker");
        assert!(done.status.success(), "docker save {}", self.tag);
        done.stdout
    }

    #[track_caller]
    fn id(&self) -> String {
        let inspect = ["image", "inspect", "--format", "{{.Id}}", &self.tag];
        self.engine.output(inspect).expect("an image")
    }
}

impl Drop for Built<'_> {
    fn drop(&mut self) {
        // A test may have failed before there was an image.
        drop(self.engine.output(["rmi", "--force", &self.tag]));
    }
}

/// How a container runs. An engine also writes what it does not set.
fn run(config: &Value) -> Value {
    let run = &config["config"];
    let set = |name: &str| match &run[name] {
        Value::Null => json!({}),
        value => value.clone(),
    };
    let folder = match run["WorkingDir"].as_str() {
        None | Some("") => "/",
        Some(folder) => folder,
    };
    json!({
        "os": config["os"], "architecture": config["architecture"],
        "User": run["User"].as_str().unwrap_or_default(), "Env": run["Env"], "Cmd": run["Cmd"],
        "Entrypoint": run["Entrypoint"], "WorkingDir": folder,
        "ExposedPorts": set("ExposedPorts"), "Labels": set("Labels"),
    })
}

const DOCKERFILES: [&str; 4] = [
    "FROM scratch\nCOPY service /service\nCOPY roots.crt /etc/ssl/certs/ca-certificates.crt\n\
     EXPOSE 80\nENTRYPOINT [\"/service\"]\n",
    "FROM scratch\nWORKDIR /app\nCOPY web ./www/\nCOPY web/deep /deep\nCOPY roots.crt www\n\
     USER 7:8\nCMD [\"/app/x\", \"a b\"]\n",
    "# comment\nFROM scratch\nENV A=1 B=\"two \\\"words\\\"\" \\\n  C='$C' D=a\\ b\nENV A=3 PATH=/x\n\
     LABEL a.b=\"c d\" e=f\nEXPOSE 80 81/UDP\nCOPY --chown=7:8 roots.crt service /etc/own/\n\
     ENTRYPOINT [\"/etc/own/service\"]\nCMD []\n",
    "FROM scratch\nCOPY . /\nCOPY --chown=9 web /a\nWORKDIR a\nWORKDIR ../c\nCMD [\"/service\"]\n",
];

#[test]
fn what_is_written_without_an_engine_is_what_docker_builds() {
    let Some(engine) = engine() else { return };
    for dockerfile in DOCKERFILES {
        let folder = context(dockerfile);
        let built = Built::build(&engine, folder.path());
        let saved = built.save();
        let read = Image::read(&saved[..]).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.tags, std::slice::from_ref(&built.tag));
        assert_eq!(read.id, built.id());

        let (theirs, their_files) = unpacked(&saved);
        let (ours, our_files) = unpacked(&write(folder.path()).1);
        assert_eq!(run(&ours), run(&theirs), "{dockerfile}");
        assert_eq!(our_files, their_files, "{dockerfile}");
    }
}

const PROGRAM: &str = r#"fn main() {
    let roots = std::fs::read_to_string("/etc/ssl/roots.crt").expect("a file");
    println!("{roots} {}", std::env::args().skip(1).collect::<String>());
}"#;

/// A static program in place of the service; none where it cannot be built.
fn compile(folder: &Path) -> bool {
    if !cfg!(all(
        target_os = "linux",
        target_arch = "x86_64",
        target_env = "gnu"
    )) {
        let said = writeln!(std::io::stderr(), "no Linux on x86_64: nothing was run");
        said.expect("a message");
        return false;
    }
    let source = folder.join("web/main.rs");
    std::fs::write(&source, PROGRAM).expect("a source");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let done = Command::new(rustc)
        .args(["-C", "target-feature=+crt-static", "-C", "strip=symbols"])
        .args(["--target", "x86_64-unknown-linux-gnu", "-o"])
        .args([folder.join("service"), source])
        .status();
    assert!(done.expect("rustc").success());
    true
}

#[test]
fn what_is_written_without_an_engine_is_loaded_and_runs() {
    let Some(engine) = engine() else { return };
    let folder = context(
        "FROM scratch\nCOPY service /service\nCOPY roots.crt /etc/ssl/\n\
         ENTRYPOINT [\"/service\"]\nCMD [\"hello\"]\n",
    );
    if !compile(folder.path()) {
        return;
    }
    let built = Built::named(&engine);
    let mut tar = Vec::new();
    let image = Image::write(folder.path(), &built.tag, &mut tar).expect("an image");
    assert_eq!(engine.load(&tar[..]).expect("loaded"), built.tag);
    assert_eq!(built.id(), image.id);
    assert_eq!(Image::read(&built.save()[..]).expect("saved again"), image);
    let run = [
        "run",
        "--rm",
        "--network=none",
        "--cap-drop=ALL",
        "--read-only",
    ];
    let run = run.into_iter().chain(["--user=12345:12345", &built.tag]);
    assert_eq!(engine.output(run).expect("a run"), "PEM hello");
}
