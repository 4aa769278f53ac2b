//! A fan-out on a platform that takes 20 ms for each request: what the service adds to waiting.

use std::time::Duration;

use crate::Outcome;
use crate::numbers::{median, number};
use crate::plan::Plan;
use crate::platform::Platform;
use crate::report::{Report, Target};
use crate::service::{CONCURRENCY, Service};
use crate::workspace::Workspace;

const LATENCY: Duration = Duration::from_millis(20);

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let platform = Platform::start(&workspace.platform, plan.tenants)?;
    let service = Service::concurrent(workspace, &platform)?;
    service.fan_out()?;
    platform.be_slow(LATENCY)?;
    let mut took = Vec::new();
    for _ in 0..plan.turns {
        took.push(service.fan_out()?.as_secs_f64() * 1e3);
    }
    // Round trips one after the other; two more for the subscriptions and what else there is.
    let rounds = plan.tenants.div_ceil(CONCURRENCY) + 2;
    let bound = 1.15 * number(rounds) * LATENCY.as_secs_f64() * 1e3;
    let name = "fan-out at 20 ms latency";
    report.judge(name, median(took), Target::AtMost(bound), "ms");
    Ok(())
}
