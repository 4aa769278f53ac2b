//! Being told to stop.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for SIGTERM, which the platform sends, or SIGINT, which Ctrl-C does, and answers its name.
pub(super) async fn stop_signal() -> &'static str {
    let listen = |kind| signal(kind).expect("SIGTERM and SIGINT can be listened to");
    let mut terminate: Signal = listen(SignalKind::terminate());
    let mut interrupt: Signal = listen(SignalKind::interrupt());
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
