//! `cargo dev`, or a local platform alone, started and stopped.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpListener,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use super::{Cargo, command::signal};

/// A build may come first.
const UP: Duration = Duration::from_mins(10);
/// The platform gives a container thirty seconds.
const DOWN: Duration = Duration::from_secs(40);

pub(crate) struct Dev {
    child: Child,
    url: String,
    lines: Receiver<String>,
    seen: Vec<String>,
    ended: bool,
}

impl Dev {
    /// Starts the local platform with the service, on a free port.
    pub(crate) fn start(cargo: &Cargo, project: &Path, options: &[&str]) -> Self {
        Self::spawn(cargo, project, &["dev"], options)
    }

    /// Starts the local platform alone, on a free port.
    pub(crate) fn serve(cargo: &Cargo, project: &Path, options: &[&str]) -> Self {
        let serve = ["run", "--package", "local-platform", "--", "serve"];
        Self::spawn(cargo, project, &serve, options)
    }

    fn spawn(cargo: &Cargo, project: &Path, command: &[&str], options: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let mut child = cargo
            .command(project, command)
            .args(["--port", &port.to_string()])
            .args(options)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("cargo starts");
        let (sender, lines) = mpsc::channel();
        forward(
            child.stdout.take().expect("stdout is piped"),
            sender.clone(),
        );
        forward(child.stderr.take().expect("stderr is piped"), sender);
        Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
            lines,
            seen: Vec::new(),
            ended: false,
        }
    }

    /// The platform's address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the first line that begins so.
    #[track_caller]
    pub(crate) fn line(&mut self, beginning: &str) -> String {
        let end = Instant::now() + UP;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!(
                    "the platform printed no line that begins with {beginning:?}, but:\n{}",
                    self.output()
                );
            };
            self.seen.push(line.clone());
            if line.starts_with(beginning) {
                return line;
            }
        }
    }

    /// SIGTERM, and the answer to it.
    #[track_caller]
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        signal("TERM", self.child.id());
        assert!(
            self.is_down(),
            "{DOWN:?} after SIGTERM a process of it still holds its output:\n{}",
            self.output()
        );
        self.ended = true;
        self.child.wait().expect("it has ended")
    }

    /// Waits for the end of both streams: they end with the last process that holds them.
    fn is_down(&mut self) -> bool {
        let end = Instant::now() + DOWN;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(error) => return error == RecvTimeoutError::Disconnected,
            }
        }
    }

    /// What it has printed so far.
    pub(crate) fn output(&self) -> String {
        self.seen.join("\n")
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        if !self.ended {
            // First politely, so that it stops the service, which may be in a group of its own.
            signal("TERM", self.child.id());
            self.is_down();
            signal("KILL", format!("-{}", self.child.id()));
            let _ = self.child.wait();
        }
    }
}

fn forward(stream: impl Read + Send + 'static, sender: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
}
