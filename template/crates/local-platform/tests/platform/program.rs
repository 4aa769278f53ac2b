//! The program: what it prints, what it says when it cannot start, and how it ends.

mod dev;
mod gateway;
mod listening;
mod watch;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::json;

use crate::helpers::{Call, Folder, eventually};
use crate::runtime::ended;

pub(crate) const PLATFORM: &str = env!("CARGO_BIN_EXE_local-platform");

/// A running program, with the lines that it prints.
pub(crate) struct Program {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Program {
    pub(crate) fn start(folder: &Folder, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(PLATFORM);
        command
            .args(arguments)
            .envs(environment.iter().copied())
            .current_dir(&folder.0);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self::of(command.spawn().expect("the program"))
    }

    /// Reads what the program prints, where that is not taken already.
    pub(crate) fn of(mut child: Child) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let output = child
            .stdout
            .take()
            .map(|it| Box::new(it) as Box<dyn Read + Send>);
        let errors = child
            .stderr
            .take()
            .map(|it| Box::new(it) as Box<dyn Read + Send>);
        for stream in output.into_iter().chain(errors) {
            let lines = lines.clone();
            std::thread::spawn(move || {
                let read = BufReader::new(stream).lines().map_while(Result::ok);
                read.for_each(|line| lines.lock().expect("the lines").push(line));
            });
        }
        Self { child, lines }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn printed(&self) -> String {
        self.lines.lock().expect("the lines").join("\n")
    }

    pub(crate) fn wait_for(&self, text: &str) -> String {
        eventually(text, || {
            let printed = self.printed();
            if printed.contains(text) {
                Ok(printed)
            } else {
                Err(printed)
            }
        })
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).expect("a signal");
    }

    pub(crate) fn end(&mut self) -> ExitStatus {
        let child = &mut self.child;
        eventually("the program's end", || {
            child
                .try_wait()
                .expect("a status")
                .ok_or_else(|| "it still runs".to_owned())
        })
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Where it still runs it is asked to stop, so that its service does not outlive it; the
        // second signal is for a service that does not follow.
        for _ in 0..2 {
            let deadline = Instant::now() + Duration::from_secs(1);
            if matches!(self.child.try_wait(), Ok(None)) {
                self.signal(Signal::SIGTERM);
            }
            while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A project with a manifest, whose service is a second local platform and whose cargo a script.
/// The service writes down its process ID once it is about to run.
pub(crate) fn project(cargo: &str) -> (Folder, String) {
    let folder = Folder::new();
    let manifest = json!({
        "apiVersion": "2", "name": "hello", "version": "1.0.0", "provider": "c8y",
        "readinessProbe": {"tcpSocket": {"host": "localhost", "port": 80}},
    });
    folder.write("cumulocity.json", &manifest.to_string());
    script(
        &folder,
        "service",
        &format!("echo $$ >pid; exec {PLATFORM} serve --port $SERVER_PORT"),
    );
    let cargo = script(&folder, "cargo", cargo);
    (folder, cargo)
}

/// The process ID of the service.
pub(crate) fn service_of(folder: &Folder) -> u32 {
    eventually("the service's process ID", || {
        let pid = std::fs::read_to_string(folder.0.join("pid")).unwrap_or_default();
        pid.trim().parse().map_err(|_| format!("{pid:?}"))
    })
}

pub(crate) fn script(folder: &Folder, name: &str, content: &str) -> String {
    let path = folder.write(
        name,
        &format!("#!/bin/sh\ncd \"$(dirname \"$0\")\"\n{content}\n"),
    );
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, executable).expect("an executable script");
    path.to_str().expect("a path in UTF-8").to_owned()
}

/// What cargo prints about an executable that it built.
pub(crate) const BUILDS: &str = r#"echo "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"service\"},\"executable\":\"$PWD/service\"}""#;

#[test]
fn serve_prints_addresses_users_and_environment_and_ends_on_every_stop_signal() {
    let (folder, _) = project("");
    for signal in [
        Signal::SIGINT,
        Signal::SIGTERM,
        Signal::SIGHUP,
        Signal::SIGQUIT,
    ] {
        let arguments = ["serve", "--port", "0", "--service", "http://127.0.0.1:9090"];
        let mut program = Program::start(&folder, &arguments, &[]);
        let printed = program.wait_for("Ctrl-C");
        for expected in [
            "http://127.0.0.1:",
            "t100 (owner), t101 to t103",
            "admin",
            "local-platform",
            "export SERVER_PORT=9090",
            "export C8Y_BOOTSTRAP_USER=servicebootstrap_hello",
        ] {
            assert!(printed.contains(expected), "no {expected} in {printed}");
        }
        program.signal(signal);
        let status = program.end();
        assert_eq!(
            status.code(),
            Some(0),
            "{signal}: {status}, {}",
            program.printed()
        );
    }
}

#[test]
fn a_taken_port_is_said_with_the_option_that_changes_it_and_nothing_is_built() {
    let (folder, cargo) = project("touch built");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("its address").port().to_string();
    for command in ["dev", "serve"] {
        let mut program =
            Program::start(&folder, &[command, "--port", &port], &[("CARGO", &cargo)]);
        assert_eq!(program.end().code(), Some(1));
        let printed = program.wait_for("--port");
        assert!(
            printed.contains(&format!("port {port} is taken")),
            "{printed}"
        );
    }
    assert!(!folder.0.join("built").exists());
}

#[test]
fn a_missing_or_wrong_manifest_is_said_with_all_that_is_wrong() {
    let folder = Folder::new();
    let mut program = Program::start(&folder, &["serve", "--port", "0"], &[]);
    assert_eq!(program.end().code(), Some(1));
    program.wait_for("no cumulocity.json in");
    folder.write(
        "cumulocity.json",
        r#"{"name": "Not_A_Name", "version": "1"}"#,
    );
    let mut program = Program::start(&folder, &["serve", "--port", "0"], &[]);
    assert_eq!(program.end().code(), Some(1));
    for expected in [
        "cumulocity.json",
        "$.apiVersion",
        "$.name",
        "$.provider",
        "$.version",
    ] {
        program.wait_for(expected);
    }
}

#[tokio::test]
async fn dev_deploys_the_service_prints_the_call_and_stops_all_of_it() {
    let (folder, cargo) = project(BUILDS);
    let mut program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    let printed = program.wait_for("Ctrl-C stops the service");
    let calls: Vec<&str> = printed
        .lines()
        .filter(|line| line.starts_with("curl"))
        .collect();
    let [call] = calls.as_slice() else {
        panic!("not one call in {printed}")
    };
    let start = "curl -u t100/admin:local-platform -X POST http://127.0.0.1:";
    assert!(
        call.starts_with(start) && call.ends_with("/service/hello/createAlarms"),
        "{call}"
    );
    let sentence = "Raise an alarm in every subscribed tenant:";
    assert!(printed.contains(sentence), "{printed}");

    let url = call
        .rsplit(' ')
        .next()
        .expect("a URL")
        .replace("createAlarms", "tenant/currentTenant");
    let call = Call::new("GET", &url).user("t100/admin", "local-platform");
    let answer = tokio::spawn(call.send()).await;
    let answer = answer.unwrap_or_else(|_| panic!("no answer; printed: {}", program.printed()));
    answer.expect(200);
    program.signal(Signal::SIGTERM);
    let status = program.end();
    assert_eq!(status.code(), Some(0), "{status}, {}", program.printed());
    eventually("the service's end", || ended(service_of(&folder)));
}

#[test]
fn dev_restarts_a_service_that_ends_by_itself_and_says_so() {
    let (folder, cargo) = project(BUILDS);
    let once = format!(
        "echo $$ >pid; if [ -e second ]; then exec {PLATFORM} serve --port $SERVER_PORT; fi; \
         touch second; {PLATFORM} serve --port $SERVER_PORT & sleep 1; kill $!; exit 7"
    );
    script(&folder, "service", &once);
    let mut program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    program.wait_for("Ctrl-C stops the service");
    let first = service_of(&folder);
    let printed = program.wait_for("ended by itself: exit status: 7; it is started again in 1 s");
    eventually("another process of the service", || {
        match service_of(&folder) {
            pid if pid == first => Err(printed.clone()),
            pid => Ok(pid),
        }
    });
    program.signal(Signal::SIGTERM);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    eventually("the service's end", || ended(service_of(&folder)));
}

#[test]
fn dev_passes_on_what_cargo_says_about_a_service_that_does_not_build() {
    let (folder, cargo) = project("echo 'error: expected one of' >&2; exit 101");
    let mut program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    assert_eq!(program.end().code(), Some(1));
    program.wait_for("error: expected one of");
    program.wait_for("does not build");
}

#[test]
fn a_signal_during_the_build_ends_cargo_and_its_compilers() {
    let (folder, cargo) = project("sleep 60 & echo compiler $! >&2; wait");
    let mut program = Program::start(&folder, &["dev", "--port", "0"], &[("CARGO", &cargo)]);
    let printed = program.wait_for("compiler ");
    let compiler: u32 = printed
        .trim()
        .rsplit(' ')
        .next()
        .and_then(|pid| pid.parse().ok())
        .expect("a PID");
    program.signal(Signal::SIGTERM);
    assert_eq!(program.end().code(), Some(0), "{}", program.printed());
    eventually("the compiler's end", || ended(compiler));
}
