//! From the start of the process to readiness.

use std::time::Instant;

use crate::Outcome;
use crate::numbers::median;
use crate::plan::Plan;
use crate::platform::Platform;
use crate::report::{Report, Target};
use crate::service::Service;
use crate::workspace::Workspace;

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let platform = Platform::start(&workspace.platform, plan.tenants)?;
    let mut took = Vec::new();
    for _ in 0..plan.starts {
        let begin = Instant::now();
        Service::start(workspace, &platform)?;
        took.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    report.judge(
        "start to readiness",
        median(took),
        Target::AtMost(30.0),
        "ms",
    );
    Ok(())
}
