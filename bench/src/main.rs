//! Measurements, on Linux. Speed is measured here and asserted nowhere.
//!
//! - `cargo run --release -p bench -- local-platform`: is the local platform fast enough not to be
//!   the brake in a measurement of something else?
//!
//! It wants two cores, and Debian's `wrk` and `util-linux` (taskset).

mod local_platform;
mod plain;
mod process;
mod wrk;

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;

/// What goes wrong here ends the measurement: a text is enough.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Measures the local platform beside the plainest server.
#[derive(Parser)]
#[command(name = "bench")]
enum Command {
    /// Requests per second beside a plain server, memory by tenants, and the time to start.
    LocalPlatform(local_platform::Options),
    /// The plain server itself, which the measurement starts.
    #[command(hide = true)]
    Plain {
        /// Port on the loopback interface.
        port: u16,
        /// File with the JSON that it answers with.
        answer: PathBuf,
    },
}

fn main() -> Outcome {
    match Command::parse() {
        Command::LocalPlatform(options) => local_platform::run(&options),
        Command::Plain { port, answer } => plain::serve(port, &answer),
    }
}
