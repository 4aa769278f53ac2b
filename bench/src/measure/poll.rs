//! Reading the subscriptions of many tenants, none of which has changed.

use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::numbers::number;
use crate::plan::Plan;
use crate::platform::Platform;
use crate::report::{Report, Target};
use crate::service::Service;
use crate::workspace::Workspace;

const DELAY_MS: &str = "50";
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let [.., tenants] = plan.growth;
    let platform = Platform::start(&workspace.platform, tenants)?;
    let often = [("C8Y_BOOTSTRAP_DELAY", DELAY_MS)];
    let service = Service::with(workspace, &platform, &often)?;
    let polls = || service.requests(|api| api == "application");
    let (before, computed_before) = (polls()?, service.computed()?);
    let end = Instant::now() + PATIENCE;
    while polls()? < before + number(plan.polls) {
        if Instant::now() > end {
            return Err(format!("fewer than {} polls in {PATIENCE:?}", plan.polls).into());
        }
        sleep(Duration::from_millis(100));
    }
    let (polls, computed) = (polls()? - before, service.computed()? - computed_before);
    let name = format!("poll of {tenants} unchanged tenants, computing");
    report.judge(&name, computed * 1e3 / polls, Target::AtMost(10.0), "ms");
    Ok(())
}
