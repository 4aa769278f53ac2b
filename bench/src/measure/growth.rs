//! Time and memory by the number of tenants: what is never more than proportional is linear.

use crate::Outcome;
use crate::numbers::{median, number};
use crate::plan::Plan;
use crate::platform::Platform;
use crate::report::{Report, Target};
use crate::service::Service;
use crate::workspace::Workspace;

struct Size {
    tenants: f64,
    milliseconds: f64,
    anonymous: f64,
}

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let mut sizes = Vec::new();
    for tenants in plan.growth {
        let size = size(workspace, plan, tenants)?;
        let name = format!("fan-out over {tenants} tenants");
        report.note(name, size.milliseconds, "ms");
        report.note(
            format!("anonymous with {tenants} tenants"),
            size.anonymous,
            "MiB",
        );
        sizes.push(size);
    }
    let [.., many, most] = &sizes[..] else {
        return Ok(());
    };
    let further = most.tenants / many.tenants;
    let time = most.milliseconds / many.milliseconds / further;
    let memory = most.anonymous / many.anonymous / further;
    let mut judge = |what: &str, times: f64| {
        let name = format!("growth to the most tenants, {what} a tenant");
        // A quarter for the processor's caches, which hold no longer all of it.
        report.judge(&name, times, Target::AtMost(1.25), "times");
    };
    judge("time", time);
    judge("memory", memory);
    Ok(())
}

fn size(workspace: &Workspace, plan: &Plan, tenants: usize) -> Outcome<Size> {
    let platform = Platform::start(&workspace.platform, tenants)?;
    let service = Service::start(workspace, &platform)?;
    service.fan_out()?;
    let mut took = Vec::new();
    for _ in 0..plan.turns {
        took.push(service.fan_out()?.as_secs_f64() * 1e3);
    }
    Ok(Size {
        tenants: number(tenants),
        milliseconds: median(took),
        anonymous: service.memory()?.anonymous / super::MIB,
    })
}
