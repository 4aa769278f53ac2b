//! The signals that stop the program: SIGINT (Ctrl-C), SIGTERM and SIGHUP.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

/// Tells whether the program has been asked to stop.
pub(super) struct Signals {
    receiver: Receiver<()>,
    received: Cell<bool>,
}

impl Signals {
    /// From here on the signals no longer end the process.
    pub(super) fn listen() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let entered = runtime.enter();
        let mut signals = Vec::new();
        for kind in [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ] {
            signals.push(signal(kind)?);
        }
        drop(entered);
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            runtime.block_on(poll_fn(|context| {
                let arrived = signals
                    .iter_mut()
                    .any(|it| it.poll_recv(context).is_ready());
                if arrived {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            }));
            // If nobody waits any more the program is at its end anyway.
            let _ = sender.send(());
        });
        Ok(Self {
            receiver,
            received: Cell::new(false),
        })
    }

    /// Waits this long for a signal, and says whether one has arrived by now.
    pub(super) fn arrived_within(&self, time: Duration) -> bool {
        if !self.received.get() {
            self.received.set(self.receiver.recv_timeout(time).is_ok());
        }
        self.received.get()
    }
}
