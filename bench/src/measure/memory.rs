//! Memory before and after many fan-outs.

use crate::Outcome;
use crate::plan::Plan;
use crate::platform::Platform;
use crate::report::{Report, Target};
use crate::service::Service;
use crate::workspace::Workspace;

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let platform = Platform::start(&workspace.platform, plan.tenants)?;
    let service = Service::start(workspace, &platform)?;
    let idle = service.memory()?;
    let [early, late] = plan.early_and_late;
    service.rate(early)?;
    let before = service.memory()?;
    service.rate(late - early)?;
    let after = service.memory()?;
    let mut judge = |name: &str, bytes: f64, most: f64| {
        report.judge(name, bytes / super::MIB, Target::AtMost(most), "MiB");
    };
    judge("memory, anonymous when idle", idle.anonymous, 4.0);
    judge("memory, resident after many fan-outs", after.resident, 12.0);
    judge(
        "memory, anonymous after many fan-outs",
        after.anonymous,
        6.0,
    );
    let name = format!("memory, growth from fan-out {early} to {late}");
    // What the allocator rounds up.
    judge(&name, after.anonymous - before.anonymous, 0.2);
    Ok(())
}
