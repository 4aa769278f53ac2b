//! The log of an instance: what its processes wrote.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::service::Listener;
use crate::state::{Time, now};

/// How many lines are kept; older ones go.
const CAPACITY: usize = 10_000;
/// How many of them an error shows.
const SHOWN: usize = 20;

/// How long the last lines of a process that has ended may take to arrive.
const SETTLE: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(5);

/// A line, and when it came.
type Line = (Time, String);
type Lines = Arc<Mutex<VecDeque<Line>>>;

/// The lines that were written so far, standard output and error as they came. It goes on from one
/// process of an instance to the next.
#[derive(Debug, Default)]
pub(crate) struct Log {
    lines: Lines,
    readers: Mutex<Vec<JoinHandle<()>>>,
}

impl Log {
    /// Reads a stream to its end, on a thread of its own, and passes it on where that is wanted.
    pub(super) fn follow<W: Write + 'static>(
        &self,
        stream: impl Read + Send + 'static,
        listener: Option<Listener>,
        pass_on: Option<fn() -> W>,
    ) {
        let log = self.lines.clone();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(stream).split(b'\n').map_while(Result::ok);
            lines.for_each(|mut line| {
                let text = String::from_utf8_lossy(&line).into_owned();
                if let Some(listener) = &listener {
                    listener.tell(&text);
                }
                add(&log, text);
                if let Some(to) = pass_on {
                    line.push(b'\n');
                    // That nobody reads it any more is no reason to stop reading the service's.
                    let _ = to().write_all(&line);
                }
            });
        });
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|reader| !reader.is_finished());
        readers.push(reader);
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.select(|_| true)
    }

    /// The lines of a time.
    pub(crate) fn select(&self, wanted: impl Fn(Time) -> bool) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = lines.iter().filter(|(time, _)| wanted(*time));
        wanted.map(|(_, line)| line.clone()).collect()
    }

    /// Whether older lines are gone.
    pub(crate) fn is_truncated(&self) -> bool {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
            == CAPACITY
    }

    /// The last lines of a process that has ended: they may still be on their way.
    pub(super) fn last(&self) -> String {
        let deadline = Instant::now() + SETTLE;
        while Instant::now() < deadline && !self.is_settled() {
            std::thread::sleep(POLL);
        }
        self.tail()
    }

    fn is_settled(&self) -> bool {
        let readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.iter().all(JoinHandle::is_finished)
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
    lines.push_back((now(), line));
}
