//! What a service logs, for those tests that look at it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;

/// Keeps the log of the threads that it is started on.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Logs what this thread logs, until the guard is dropped.
    pub(crate) fn start(self) -> DefaultGuard {
        // For the threads of all other tests: one that listens to nothing and is the first to come to
        // a place that logs would turn that place off for everybody.
        tracing::subscriber::set_global_default(tracing_subscriber::registry()).ok();
        let lines = tracing_subscriber::fmt().with_ansi(false);
        let lines = lines.with_writer(move || self.clone()).finish();
        tracing::subscriber::set_default(lines)
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().map(ToOwned::to_owned).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
