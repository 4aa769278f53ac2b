//! The signals that stop the program: SIGINT (Ctrl-C), SIGTERM, SIGHUP and SIGQUIT.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

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
            SignalKind::quit(),
        ] {
            signals.push(signal(kind)?);
        }
        drop(entered);
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            loop {
                runtime.block_on(poll_fn(|context| any(&mut signals, context)));
                if sender.send(()).is_err() {
                    // Nobody waits any more: the program is at its end.
                    break;
                }
            }
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

    /// Whether one more has arrived since the last one that was told.
    pub(super) fn another(&self) -> bool {
        self.receiver.try_recv().is_ok()
    }
}

fn any(signals: &mut [Signal], context: &mut Context<'_>) -> Poll<()> {
    let mut signals = signals.iter_mut();
    if signals.any(|signal| signal.poll_recv(context).is_ready()) {
        Poll::Ready(())
    } else {
        Poll::Pending
    }
}
