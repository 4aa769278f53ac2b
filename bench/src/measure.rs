//! What is measured, in the order of the table.

mod callers;
mod container;
mod development;
mod first;
mod growth;
mod latency;
mod memory;
mod poll;
mod size;
mod speed;
mod start;

use clap::ValueEnum;

use crate::Outcome;
use crate::plan::Plan;
use crate::report::Report;
use crate::workspace::Workspace;

/// What the figure is called that counts alarms per second, behind who raises them.
pub(crate) const ALARMS: &str = ", alarms";
pub(crate) const OURS: &str = "fan-out";
pub(crate) const WRK: &str = "wrk";
/// Bytes.
pub(crate) const MIB: f64 = 1024.0 * 1024.0;

/// A part of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Measurement {
    /// Alarms per second, beside the peers and wrk.
    Speed,
    /// A fan-out on a platform that takes its time.
    Latency,
    /// The first fan-out of all, beside a later one.
    First,
    /// Time and memory by the number of tenants.
    Growth,
    /// Requests of a caller that is known.
    Callers,
    /// Memory before and after many fan-outs.
    Memory,
    /// The smallest container that the platform has; wants Docker.
    Container,
    /// From the start to readiness.
    Start,
    /// The image.
    Size,
    /// Reading unchanged subscriptions.
    Poll,
    /// A project's first build, and its answer to a change.
    Development,
}

impl Measurement {
    pub(crate) fn take(self, workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
        eprintln!("Measuring: {}", format!("{self:?}").to_lowercase());
        let take = match self {
            Self::Speed => speed::measure,
            Self::Latency => latency::measure,
            Self::First => first::measure,
            Self::Growth => growth::measure,
            Self::Callers => callers::measure,
            Self::Memory => memory::measure,
            Self::Container => container::measure,
            Self::Start => start::measure,
            Self::Size => size::measure,
            Self::Poll => poll::measure,
            Self::Development => development::measure,
        };
        take(workspace, plan, report)
    }
}
