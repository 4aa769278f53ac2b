//! Captured output of a child process.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many lines are kept; older ones go.
const CAPACITY: usize = 10_000;
/// How many of them an error shows.
const SHOWN: usize = 20;

/// How long the last lines of a process that has ended may take to arrive.
const SETTLE: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(5);

type Lines = Arc<Mutex<VecDeque<String>>>;

/// The lines that a process wrote so far, standard output and error as they came.
#[derive(Debug, Default)]
pub(super) struct Log {
    lines: Lines,
    readers: Vec<JoinHandle<()>>,
}

impl Log {
    /// Reads a stream to its end, on a thread of its own.
    pub(super) fn follow(&mut self, stream: impl Read + Send + 'static) {
        let log = self.lines.clone();
        self.readers.push(std::thread::spawn(move || {
            let lines = BufReader::new(stream).split(b'\n').map_while(Result::ok);
            lines.for_each(|line| add(&log, String::from_utf8_lossy(&line).into_owned()));
        }));
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    /// The last lines of a process that has ended: they may still be on their way.
    pub(super) fn last(&self) -> String {
        let deadline = Instant::now() + SETTLE;
        while Instant::now() < deadline && !self.readers.iter().all(JoinHandle::is_finished) {
            std::thread::sleep(POLL);
        }
        self.tail()
    }

    /// The last lines so far, for an error's message; empty where there are none.
    pub(super) fn tail(&self) -> String {
        let lines = self.lines();
        let last = &lines[lines.len().saturating_sub(SHOWN)..];
        if last.is_empty() {
            String::new()
        } else {
            format!("\nIts last lines:\n{}", last.join("\n"))
        }
    }
}

fn add(lines: &Lines, line: String) {
    let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
    if lines.len() == CAPACITY {
        lines.pop_front();
    }
    lines.push_back(line);
}
