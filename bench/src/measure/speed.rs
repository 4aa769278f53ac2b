//! Alarms per second: ours, the peers', and what `wrk` reaches, in turns on one platform.

use serde_json::json;

use super::{ALARMS, OURS, WRK};
use crate::Outcome;
use crate::numbers::median;
use crate::peers::{Peer, Peers};
use crate::plan::Plan;
use crate::platform::{Platform, TENANT};
use crate::report::{Report, Target};
use crate::service::{CONCURRENCY, CORE, Service};
use crate::workspace::Workspace;
use crate::wrk::{Request, measure as wrk};

const PER_SECOND: &str = "1/s";

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    let platform = Platform::start(&workspace.platform, plan.tenants)?;
    let service = Service::concurrent(workspace, &platform)?;
    service.fan_out()?;
    let alarm = alarm(&platform)?;
    let request = Request {
        method: "POST",
        authorization: TENANT,
        body: Some(&alarm),
        connections: CONCURRENCY,
    };
    let url = format!("{}/alarm/alarms", platform.url);
    let mut peers = Peers::install(workspace, report).best(&platform, plan)?;
    let (mut limits, mut rates, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.turns {
        let limit = wrk(&url, &request, CORE, plan.seconds)?;
        let rate = service.rate(plan.fan_outs)?;
        limits.push(limit);
        rates.push(rate);
        shares.push(rate / limit);
        peers.iter_mut().try_for_each(Peer::take_turn)?;
    }
    let (limit, ours) = (median(limits), median(rates));
    let share = Target::AtLeast(0.55);
    report.judge("fan-out, share of wrk's rate", median(shares), share, "");
    let fastest = peers.iter().map(Peer::rate).fold(0.0, f64::max);
    if fastest > 0.0 {
        let times = Target::AtLeast(10.0);
        report.judge("fan-out, times the fastest peer", ours / fastest, times, "");
    }
    report.note(format!("{OURS}{ALARMS}"), ours, PER_SECOND);
    report.note(format!("{WRK}{ALARMS}"), limit, PER_SECOND);
    for peer in &peers {
        report.note(format!("{}{ALARMS}", peer.name()), peer.rate(), PER_SECOND);
        report.note(
            format!("{}, best concurrency", peer.name()),
            peer.concurrency(),
            "tenants",
        );
        report.note(
            format!("{}, resident", peer.name()),
            peer.resident()?,
            "MiB",
        );
    }
    Ok(())
}

/// The alarm that a service raises in a tenant, as it raised it.
fn alarm(platform: &Platform) -> Outcome<String> {
    let alarms = platform.get("/alarm/alarms?type=c8y_CreateAlarms", TENANT)?;
    let raised = &alarms["alarms"][0];
    if raised["source"]["id"].is_null() {
        return Err(format!("no alarm was raised in t101: {alarms}").into());
    }
    let alarm = json!({
        "source": {"id": raised["source"]["id"]},
        "type": raised["type"],
        "text": raised["text"],
        "severity": raised["severity"],
        "time": raised["time"],
    });
    Ok(alarm.to_string())
}
