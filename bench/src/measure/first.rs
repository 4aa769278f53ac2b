//! The first fan-out of all: every tenant's managed object has to be looked for and made.

use crate::Outcome;
use crate::numbers::{median, number};
use crate::plan::Plan;
use crate::platform::Platform;
use crate::report::{Report, Target};
use crate::service::Service;
use crate::workspace::Workspace;

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let (mut times, mut requests) = (Vec::new(), Vec::new());
    for _ in 0..plan.turns {
        let platform = Platform::start(&workspace.platform, plan.tenants)?;
        let service = Service::start(workspace, &platform)?;
        let first = service.fan_out()?.as_secs_f64();
        // The subscriptions are read for all tenants at once, and there is one caller.
        let sent = service.requests(|api| !matches!(api, "application" | "user"))?;
        requests.push(sent / number(plan.tenants));
        let mut later = Vec::new();
        for _ in 0..plan.turns {
            later.push(service.fan_out()?.as_secs_f64());
        }
        times.push(first / median(later));
    }
    let (requests, times) = (median(requests), median(times));
    report.judge(
        "first fan-out, requests a tenant",
        requests,
        Target::AtMost(4.0),
        "",
    );
    report.judge(
        "first fan-out, times a later one",
        times,
        Target::AtMost(5.0),
        "",
    );
    Ok(())
}
