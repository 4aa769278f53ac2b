//! Measurements, on Linux. Speed is measured here and asserted nowhere.
//!
//! - `cargo run --release -p bench`: the service, beside its peers and what was aimed at. README.md
//!   says what is measured, and how.
//! - `cargo run --release -p bench -- local-platform`: is the local platform fast enough not to be
//!   the brake in a measurement of something else?

mod chart;
mod local_platform;
mod machine;
mod measure;
mod numbers;
mod peers;
mod plain;
mod plan;
mod platform;
mod process;
mod report;
mod service;
mod workspace;
mod wrk;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, ValueEnum};

use measure::Measurement;
use plan::Plan;
use report::Report;
use workspace::Workspace;

/// What goes wrong here ends the measurement: a text is enough.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Measures the service beside its peers and what was aimed at.
#[derive(Parser)]
#[command(name = "bench", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
struct Options {
    /// Only these, separated by commas; results are not written then, unless there is a folder for
    /// them.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Measurement>,
    /// Small numbers, to see that everything can be measured; `development` is left out, and results
    /// are not written, unless there is a folder for them.
    #[arg(long)]
    smoke: bool,
    /// Folder for results.json and the chart; bench/ of this repository.
    #[arg(long)]
    output: Option<PathBuf>,
    /// Draws results.svg, too.
    #[arg(long)]
    chart: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Measures the local platform: requests per second beside a plain server, memory by tenants, and
    /// the time to start.
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
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::LocalPlatform(options)) => local_platform::run(&options),
        Some(Command::Plain { port, answer }) => plain::serve(port, &answer),
        None => run(&arguments.options),
    }
}

fn run(options: &Options) -> Outcome {
    if cfg!(debug_assertions) && !options.smoke {
        return Err("figures are those of optimised programs: cargo run --release -p bench".into());
    }
    let workspace = Workspace::build()?;
    let mut report = Report::new(machine::describe()?);
    let plan = if options.smoke {
        Plan::SMOKE
    } else {
        Plan::WHOLE
    };
    let mut measurements = options.measurements().into_iter();
    let taken = measurements.try_for_each(|it| it.take(&workspace, &plan, &mut report));
    println!("\n{report}");
    taken?;
    if let Some(folder) = options.folder() {
        fs::create_dir_all(&folder)?;
        report.write(&folder.join("results.json"))?;
        if options.chart {
            chart::draw(&report, &folder.join("results.svg"))?;
        }
    }
    Ok(())
}

impl Options {
    fn measurements(&self) -> Vec<Measurement> {
        if !self.only.is_empty() {
            return self.only.clone();
        }
        let all = Measurement::value_variants().iter().copied();
        all.filter(|it| !(self.smoke && *it == Measurement::Development))
            .collect()
    }

    fn folder(&self) -> Option<PathBuf> {
        let is_whole = self.only.is_empty() && !self.smoke;
        let own = is_whole.then(|| Path::new(env!("CARGO_MANIFEST_DIR")).to_owned());
        self.output.clone().or(own)
    }
}
