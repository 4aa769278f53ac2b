//! Standard output.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};

use tokio::task::{spawn_local, yield_now};

/// More than this does not wait.
const MOST_WAITING: usize = 8 * 1024;

thread_local! {
    static WAITING: RefCell<Waiting> = RefCell::default();
    static TOGETHER: Cell<bool> = const { Cell::new(false) };
}

/// Lines of this thread that are not written yet.
#[derive(Default)]
struct Waiting(Vec<u8>);

/// Takes each event with one call.
pub(super) struct Output;

/// Has the lines of `log` written together with those of other requests that the thread serves at
/// the same moment: a write for each would cost a request more than all else that is done for it.
/// They wait until the thread has done what there is to do at once, and any other line of the thread
/// comes after them. To be called on a worker of the HTTP server.
pub(crate) fn together(log: impl FnOnce()) {
    struct Apart;
    impl Drop for Apart {
        fn drop(&mut self) {
            TOGETHER.set(false);
        }
    }
    TOGETHER.set(true);
    let _apart = Apart;
    log();
}

impl Write for Output {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let written = WAITING.try_with(|waiting| waiting.borrow_mut().take(line));
        // A thread that ends has nothing to wait in.
        written.unwrap_or_else(|_| io::stdout().write_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

impl Waiting {
    fn take(&mut self, line: &[u8]) -> io::Result<()> {
        let is_first = self.0.is_empty();
        self.0.extend_from_slice(line);
        if !TOGETHER.get() || self.0.len() > MOST_WAITING {
            return self.write();
        }
        if is_first {
            spawn_local(async {
                yield_now().await;
                // As after any line, there is nobody to tell.
                WAITING.with_borrow_mut(Self::write).ok();
            });
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let result = io::stdout().write_all(&self.0);
        self.0.clear();
        result
    }
}

/// The worker has ended before its turn was over.
impl Drop for Waiting {
    fn drop(&mut self) {
        self.write().ok();
    }
}
