//! Programs that a measurement starts, and what the system knows about them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;

const PATIENCE: Duration = Duration::from_mins(1);
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(1);
/// Of the times in `/proc`.
const TICKS_PER_SECOND: f64 = 100.0;

/// A program in the background, ended with its owner.
pub(crate) struct Background {
    child: Child,
    /// Kept open: a program may print until its end.
    printed: Option<BufReader<ChildStdout>>,
}

/// Memory that is resident, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) resident: f64,
    /// Of it what is the process's own, and no part of a file.
    pub(crate) anonymous: f64,
}

impl Background {
    /// Starts a program; what it prints goes nowhere unless the command says otherwise.
    pub(crate) fn start(command: &mut Command) -> Outcome<Self> {
        Self::spawn(command.stdout(Stdio::null()))
    }

    /// Starts a program whose lines are to be read.
    pub(crate) fn printing(command: &mut Command) -> Outcome<Self> {
        let mut program = Self::spawn(command.stdout(Stdio::piped()))?;
        program.printed = program.child.stdout.take().map(BufReader::new);
        Ok(program)
    }

    /// Starts a program with its output where the command says.
    pub(crate) fn spawn(command: &mut Command) -> Outcome<Self> {
        let child = command.stdin(Stdio::null()).spawn();
        Ok(Self {
            child: child.map_err(|error| format!("{}: {error}", said(command)))?,
            printed: None,
        })
    }

    /// The lines that it prints, down to the first that begins so.
    pub(crate) fn lines_until(&mut self, beginning: &str) -> Outcome<Vec<String>> {
        let mut lines = Vec::new();
        for line in self.printed.iter_mut().flat_map(BufRead::lines) {
            let line = line?;
            let is_last = line.starts_with(beginning);
            lines.push(line);
            if is_last {
                return Ok(lines);
            }
        }
        Err(format!("it ended without `{beginning}`:\n{}", lines.join("\n")).into())
    }

    /// Waits until a request is answered by 200: how long that took.
    pub(crate) fn wait_for(&mut self, url: &str) -> Outcome<Duration> {
        wait_for(url, || Ok(self.child.try_wait()?.is_none()))
    }

    /// Ends it in its own good order.
    pub(crate) fn terminate(mut self) -> Outcome {
        run(Command::new("kill").args(["-TERM", &self.child.id().to_string()]))?;
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > end {
                return Err(format!("it runs {PATIENCE:?} after SIGTERM").into());
            }
            sleep(BETWEEN_QUESTIONS);
        }
        Ok(())
    }

    pub(crate) fn memory(&self) -> Outcome<Memory> {
        memory_of(self.child.id())
    }

    /// Seconds that it has computed so far.
    pub(crate) fn computed(&self) -> Outcome<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name before may hold anything, a space as well.
        let (_, fields) = stat.rsplit_once(')').ok_or("no name in stat")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |index: usize| -> Outcome<f64> {
            Ok(fields.get(index).ok_or("a short stat")?.parse::<f64>()?)
        };
        let (user, system) = (ticks(11)?, ticks(12)?);
        Ok((user + system) / TICKS_PER_SECOND)
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a request is answered by 200, as long as there is somebody to answer: how long that
/// took.
pub(crate) fn wait_for(
    url: &str,
    mut is_there: impl FnMut() -> Outcome<bool>,
) -> Outcome<Duration> {
    let begin = Instant::now();
    let agent = agent();
    loop {
        let last = match agent.get(url).call() {
            Ok(answer) if answer.status() == 200 => return Ok(begin.elapsed()),
            Ok(answer) => answer.status().to_string(),
            Err(error) => error.to_string(),
        };
        if !is_there()? {
            return Err(format!("what should answer {url} has ended").into());
        }
        if begin.elapsed() > PATIENCE {
            return Err(format!("{url} is not answered by 200 within {PATIENCE:?}: {last}").into());
        }
        sleep(BETWEEN_QUESTIONS);
    }
}

/// The memory of a process.
pub(crate) fn memory_of(process: u32) -> Outcome<Memory> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let bytes = |name: &str| -> Outcome<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes = kilobytes.ok_or_else(|| format!("no {name}"))?;
        Ok(kilobytes.parse::<f64>()? * 1024.0)
    };
    Ok(Memory {
        resident: bytes("VmRSS:")?,
        anonymous: bytes("RssAnon:")?,
    })
}

/// Every answer counts, refusals as well.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into()
}

/// The same command, on one core and no other.
pub(crate) fn on_core(core: usize, command: &Command) -> Command {
    let mut pinned = Command::new("taskset");
    pinned
        .args(["--cpu-list", &core.to_string()])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            pinned.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        pinned.current_dir(folder);
    }
    pinned
}

/// Runs a program to its end; what it printed.
pub(crate) fn run(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{}: {error}", said(command)))?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(printed);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}\n{printed}{errors}", said(command), output.status).into())
}

/// The command without its environment, which may hold a password.
fn said(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

pub(crate) fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
