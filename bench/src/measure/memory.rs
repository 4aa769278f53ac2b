//! Memory before and after many fan-outs.

use std::thread::sleep;
use std::time::Duration;

use super::MIB;
use crate::Outcome;
use crate::plan::Plan;
use crate::platform::Platform;
use crate::process::Memory;
use crate::report::{Report, Target};
use crate::service::{CONCURRENCY, Service};
use crate::workspace::Workspace;

/// Idle is a service that has told its handlers of all tenants.
const SETTLING: Duration = Duration::from_secs(2);

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let platform = Platform::start(&workspace.platform, plan.tenants)?;
    let [idle, before, after] = fan_out(&Service::start(workspace, &platform)?, plan)?;
    let mut judge = |name: &str, bytes: f64, most: f64| {
        report.judge(name, bytes / MIB, Target::AtMost(most), "MiB");
    };
    judge("memory, anonymous when idle", idle.anonymous, 4.0);
    judge("memory, resident after many fan-outs", after.resident, 12.0);
    judge(
        "memory, anonymous after many fan-outs",
        after.anonymous,
        6.0,
    );
    let [early, late] = plan.early_and_late;
    let name = format!("memory, growth from fan-out {early} to {late}");
    // What the allocator rounds up.
    judge(&name, after.anonymous - before.anonymous, 0.2);
    let concurrent = Service::concurrent(workspace, &platform)?;
    let [.., after] = fan_out(&concurrent, plan)?;
    let name = format!("memory, anonymous with {CONCURRENCY} tenants at once");
    report.note(name, after.anonymous / MIB, "MiB");
    Ok(())
}

/// Idle, after early fan-outs, and after late ones.
fn fan_out(service: &Service, plan: &Plan) -> Outcome<[Memory; 3]> {
    sleep(SETTLING);
    let idle = service.memory()?;
    let [early, late] = plan.early_and_late;
    service.rate(early)?;
    let before = service.memory()?;
    service.rate(late - early)?;
    Ok([idle, before, service.memory()?])
}
